/** The DDL of a generated database. All names are plain lower-case words, so nothing is quoted. */
import type { ColumnModel, ForeignKeyModel, GrantModel, PolicyModel } from './schema-model.ts';

export function createTable(
  name: string,
  columns: readonly ColumnModel[],
  key: readonly string[],
  foreignKeys: readonly ForeignKeyModel[],
): string {
  const parts = [
    ...columns.map((column) => `${column.name} ${column.type}${column.notNull ? ' not null' : ''}`),
    `primary key (${key.join(', ')})`,
    ...foreignKeys.flatMap(({ columns: own, target, targetColumns, unique }) => [
      `foreign key (${own.join(', ')}) references ${target} (${targetColumns.join(', ')})`,
      ...(unique ? [`unique (${own.join(', ')})`] : []),
    ]),
  ];
  return `create table ${name} (${parts.join(', ')})`;
}

export function insertRow(table: string, row: Readonly<Record<string, string>>): string {
  return `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.values(row).join(', ')})`;
}

export function createPolicy(name: string, table: string, policy: PolicyModel): string {
  const as = policy.restrictive ? ' as restrictive' : '';
  return `create policy ${name} on ${table}${as} for ${policy.command} to ${policy.role} using (${policy.using})`;
}

export function createView(
  name: string,
  table: string,
  columns: readonly ColumnModel[],
  filter: string,
  invoker: boolean,
): string {
  const list = columns.map((column) => column.name).join(', ');
  return `create view ${name} with (security_invoker = ${invoker}) as select ${list} from ${table} where ${filter}`;
}

/** A computed field: text of the row, and where asked the number of rows that the caller sees in another table. */
export function createLabel(name: string, table: string, counted: string | undefined): string {
  const count = counted === undefined ? '' : ` || (select count(*) from ${counted})`;
  return `create function ${name}(${table}) returns text stable language sql as $$ select coalesce($1.owner, '?') || ':'${count} $$`;
}

export function createFinder(name: string, table: string, definer: boolean): string {
  const rights = definer ? 'security definer' : 'security invoker';
  return `create function ${name}(floor_tenant int default 0) returns setof ${table} stable ${rights} set search_path = public language sql as $$ select * from ${table} where coalesce(tenant, 0) >= floor_tenant $$`;
}

export function grantRoutine(
  statements: string[],
  signature: string,
  roles: readonly string[],
  mask: number,
): void {
  statements.push(`revoke execute on function ${signature} from public`);
  statements.push(`grant execute on function ${signature} to service_role`);
  roles.forEach((role, index) => {
    if ((mask >> index) % 2 === 0 || mask % 3 === 0)
      statements.push(`grant execute on function ${signature} to ${role}`);
  });
}

export function grantSelect(relation: string, grants: Readonly<Record<string, GrantModel>>): string[] {
  return Object.entries(grants).flatMap(([role, grant]) => {
    if (grant === 'none') return [];
    return [`grant select${grant === 'all' ? '' : ` (${grant.join(', ')})`} on ${relation} to ${role}`];
  });
}
