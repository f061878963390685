/**
 * Random databases. fast-check draws small numbers and lists; they are read modulo what there is to choose from, so that
 * every draw makes a valid database and a failing one shrinks by dropping tables, rows, policies and grants.
 */
import fc from 'fast-check';
import type {
  ColumnModel,
  ForeignKeyModel,
  GrantModel,
  PolicyModel,
  RelationModel,
  RelationshipModel,
  SchemaModel,
} from './schema-model.ts';
import { COLUMN_TYPES } from './schema-model.ts';
import {
  createFinder,
  createLabel,
  createPolicy,
  createTable,
  createView,
  grantRoutine,
  grantSelect,
  insertRow,
} from './schema-sql.ts';
import { literalFor } from './values.ts';

const NAMES = ['alpha', 'beta', 'gamma', 'delta'];
export const OWNERS = ["'u1'", "'u2'", "'anon'", "'authenticated'", 'null'];

export const pick = fc.nat(1000);
const rawPolicy = fc.record({
  using: pick,
  restrictive: fc.nat(3),
  role: pick,
  forAll: fc.boolean(),
  value: pick,
});
export const rawGrant = fc.record({ mode: fc.nat(5), columns: fc.nat(65535) });
const rawTable = fc.record({
  compositeKey: fc.nat(3),
  columns: fc.array(fc.record({ type: pick, notNull: fc.boolean() }), { maxLength: 3 }),
  foreignKeys: fc.array(fc.record({ target: pick, notNull: fc.boolean(), unique: fc.nat(4) }), {
    maxLength: 2,
  }),
  rows: fc.array(fc.array(pick, { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 7 }),
  rowSecurity: fc.nat(4),
  policies: fc.array(rawPolicy, { maxLength: 3 }),
  grants: fc.array(rawGrant, { minLength: 3, maxLength: 3 }),
  computed: fc.nat(3),
  finder: fc.nat(5),
  routineGrants: fc.nat(15),
});
const rawView = fc.record({
  over: pick,
  invoker: fc.boolean(),
  filter: pick,
  columns: fc.nat(65535),
  grants: fc.array(rawGrant, { minLength: 3, maxLength: 3 }),
});
const rawSchema = fc.record({
  tables: fc.array(rawTable, { minLength: 2, maxLength: 4 }),
  views: fc.array(rawView, { maxLength: 2 }),
  usage: fc.nat(255),
});

type RawTable = typeof rawTable extends fc.Arbitrary<infer T> ? T : never;
type RawView = typeof rawView extends fc.Arbitrary<infer T> ? T : never;
type RawPolicy = typeof rawPolicy extends fc.Arbitrary<infer T> ? T : never;
export type RawGrant = typeof rawGrant extends fc.Arbitrary<infer T> ? T : never;

interface MadeTable {
  readonly name: string;
  readonly columns: readonly ColumnModel[];
  readonly key: readonly string[];
  readonly foreignKeys: readonly ForeignKeyModel[];
  readonly rows: Record<string, string>[];
}

/** `roles`: those that grants are drawn for; the service needs none. */
export function schemaArbitrary(roles: readonly string[]): fc.Arbitrary<SchemaModel> {
  return rawSchema.map((raw) => makeSchema(raw, roles));
}

function makeSchema(
  raw: { tables: RawTable[]; views: RawView[]; usage: number },
  roles: readonly string[],
): SchemaModel {
  const statements: string[] = [];
  const made: MadeTable[] = [];
  for (const [index, table] of raw.tables.entries()) made.push(makeTable(table, NAMES[index]!, made));
  for (const table of made) {
    statements.push(createTable(table.name, table.columns, table.key, table.foreignKeys));
    for (const row of table.rows) statements.push(insertRow(table.name, row));
  }
  const relations: RelationModel[] = [];
  let mayRefuseLate = false;
  for (const [index, table] of raw.tables.entries()) {
    const { name, columns, key, foreignKeys } = made[index]!;
    const policies = table.policies.map((policy) => makePolicy(policy, made, index, roles));
    if (table.rowSecurity > 0) {
      statements.push(`alter table ${name} enable row level security`);
      policies.forEach((policy, number) => {
        statements.push(createPolicy(`p${number}`, name, policy));
        mayRefuseLate ||= policy.readsOthers;
      });
    }
    const computed = table.computed > 1 ? `${name}_label` : undefined;
    const finder = table.finder > 1 ? `find_${name}` : undefined;
    if (computed !== undefined) {
      const counted = table.computed === 3 ? made[0]!.name : undefined;
      statements.push(createLabel(computed, name, counted));
      grantRoutine(statements, `${computed}(${name})`, roles, table.routineGrants);
      mayRefuseLate ||= counted !== undefined;
    }
    if (finder !== undefined) {
      statements.push(createFinder(finder, name, table.finder % 2 === 0));
      grantRoutine(statements, `${finder}(int)`, roles, table.routineGrants);
      mayRefuseLate = true;
    }
    const grants = makeGrants(table.grants, columns, roles);
    statements.push(...grantSelect(name, grants));
    const relationships = relationshipsOf(name, foreignKeys, made);
    relations.push({ kind: 'table', name, columns, key, relationships, computed, finder, grants });
  }
  for (const [index, view] of raw.views.entries()) {
    const base = made[view.over % made.length]!;
    const name = `seen${index + 1}`;
    const columns = base.columns
      .filter((column, at) => base.key.includes(column.name) || (view.columns >> at) & 1)
      .map((column) => ({ ...column, notNull: false }));
    const filter = ['true', 'not hidden', 'tenant is not null', 'tenant > 0'][view.filter % 4]!;
    statements.push(createView(name, base.name, columns, filter, view.invoker));
    const grants = makeGrants(view.grants, columns, roles);
    statements.push(...grantSelect(name, grants));
    mayRefuseLate ||= view.invoker;
    const none = { relationships: [], computed: undefined, finder: undefined };
    relations.push({ kind: 'view', name, columns, key: base.key, ...none, grants });
  }
  // Now and then a role may not even enter the schema.
  roles.forEach((role, index) => {
    if ((raw.usage >> (index * 2)) % 4 !== 3 || raw.usage < 192)
      statements.push(`grant usage on schema public to ${role}`);
  });
  return { relations, statements, mayRefuseLate };
}

function makeTable(raw: RawTable, name: string, earlier: readonly MadeTable[]): MadeTable {
  const composite = raw.compositeKey === 3;
  const key = composite ? ['a', 'b'] : ['id'];
  const columns: ColumnModel[] = [
    ...key.map((column): ColumnModel => ({ name: column, type: 'int4', notNull: true })),
    { name: 'owner', type: 'text', notNull: false },
    { name: 'tenant', type: 'int4', notNull: false },
    { name: 'hidden', type: 'bool', notNull: false },
    ...raw.columns.map(({ type, notNull }, index): ColumnModel => {
      return { name: `c${index + 1}`, type: COLUMN_TYPES[type % COLUMN_TYPES.length]!, notNull };
    }),
  ];
  const foreignKeys = raw.foreignKeys.map(({ target, notNull, unique }, index): ForeignKeyModel => {
    const candidates = [...earlier, { name, key }];
    const to = candidates[target % candidates.length]!;
    const own = to.key.length === 1 ? [`f${index + 1}_id`] : [`f${index + 1}_a`, `f${index + 1}_b`];
    // The first row of a table has nobody of its own table to refer to.
    const required = notNull && to.name !== name;
    for (const column of own) columns.push({ name: column, type: 'int4', notNull: required });
    return { columns: own, target: to.name, targetColumns: to.key, unique: unique === 4 };
  });
  const rows: Record<string, string>[] = [];
  raw.rows.forEach((seeds, index) => {
    const row = makeRow(seeds, index, { name, columns, key, foreignKeys, rows }, earlier);
    if (row) rows.push(row);
  });
  return { name, columns, key, foreignKeys, rows };
}

/** `id` tells rows apart by itself; of `a` and `b` only both together do. */
function keyPart(name: string, index: number): string {
  if (name === 'id') return String(index + 1);
  return String(name === 'a' ? 1 + Math.floor(index / 2) : index % 2);
}

/** Undefined where a foreign key that must be set finds no row that is free. */
function makeRow(
  seeds: readonly number[],
  index: number,
  table: MadeTable,
  earlier: readonly MadeTable[],
): Record<string, string> | undefined {
  const row: Record<string, string> = {};
  let next = 0;
  const seed = () => seeds[next++ % seeds.length]!;
  for (const column of table.columns) {
    if (table.key.includes(column.name)) row[column.name] = keyPart(column.name, index);
    else if (column.name === 'owner') row.owner = OWNERS[seed() % OWNERS.length]!;
    else row[column.name] = literalFor(column.type, seed(), column.notNull);
  }
  for (const { columns, target, targetColumns, unique } of table.foreignKeys) {
    const candidates = earlier.find((one) => one.name === target)?.rows ?? table.rows;
    const taken = (candidate: Record<string, string>) =>
      unique &&
      table.rows.some((other) => columns.every((own, at) => other[own] === candidate[targetColumns[at]!]));
    const free = candidates.filter((candidate) => !taken(candidate));
    const required = table.columns.find((column) => column.name === columns[0])?.notNull ?? false;
    const chosen = seed() % (free.length + (required ? 0 : 1));
    if (free.length === 0 && required) return undefined;
    const to = free[chosen];
    for (const [at, own] of columns.entries()) row[own] = to?.[targetColumns[at]!] ?? 'null';
    // MATCH SIMPLE: half a key refers to nothing.
    if (to && columns.length > 1 && !required && !unique && seed() % 5 === 0) row[columns[1]!] = 'null';
  }
  return row;
}

function makePolicy(
  raw: RawPolicy,
  made: readonly MadeTable[],
  index: number,
  roles: readonly string[],
): PolicyModel {
  const other = made[raw.value % (index + 1)]!.name;
  const { text, readsOthers } = policyCondition(raw, made[index]!.name, other);
  return {
    restrictive: raw.restrictive === 3,
    command: raw.forAll ? 'all' : 'select',
    role: ['public', ...roles][raw.role % (roles.length + 1)]!,
    using: text,
    readsOthers,
  };
}

/** What a policy of `own` may ask. It may read tables made before its own: reading its own would be a recursion, which PostgreSQL refuses. */
export function policyCondition(
  { using, value }: { using: number; value: number },
  own: string,
  other: string,
): { text: string; readsOthers: boolean } {
  const claims = "current_setting('request.jwt.claims', true)::json";
  const expressions = [
    'true',
    'owner = current_user',
    `owner = (${claims} ->> 'sub')`,
    `tenant = (${claims} ->> 'tenant')::int`,
    'not hidden',
    `tenant > ${value % 3}`,
    'owner is not null and hidden is distinct from true',
    `(${claims} ->> 'sub') is not null`,
  ];
  const subqueries =
    other === own
      ? []
      : [
          `exists (select from ${other} o where o.tenant = ${own}.tenant)`,
          `tenant in (select o.tenant from ${other} o where not o.hidden)`,
        ];
  const all = [...expressions, ...subqueries, ...subqueries];
  const text = all[using % all.length]!;
  return { text, readsOthers: subqueries.includes(text) };
}

/** Of one verb. */
export function makeGrants(
  raws: readonly RawGrant[],
  columns: readonly ColumnModel[],
  roles: readonly string[],
): Record<string, GrantModel> {
  const grants = roles.map((role, index): [string, GrantModel] => {
    const { mode, columns: mask } = raws[index % raws.length]!;
    if (mode === 0) return [role, 'none'];
    if (mode < 3) return [role, 'all'];
    const some = columns.filter((_, at) => (mask >> at) & 1).map((column) => column.name);
    return [role, some.length === 0 ? 'none' : some];
  });
  return Object.fromEntries(grants);
}

/** The names are those that the documentation promises for foreign keys. */
function relationshipsOf(
  name: string,
  foreignKeys: readonly ForeignKeyModel[],
  made: readonly MadeTable[],
): RelationshipModel[] {
  const found: RelationshipModel[] = [];
  const add = (relationship: RelationshipModel, suffix: string) => {
    const names = [relationship.name, `${relationship.name.replace(suffix, '')}${suffix}`];
    // Where both names are taken there is no such relationship.
    const name = names.find((one) => !found.some((other) => other.name === one));
    if (name !== undefined) found.push({ ...relationship, name });
  };
  for (const { columns, target, targetColumns } of foreignKeys) {
    const pairs = columns.map((own, at) => [own, targetColumns[at]!] as const);
    const forward = columns.length === 1 ? columns[0]!.replace(/_id$/, '') : target;
    add({ name: forward, kind: 'object', target, pairs }, `_by_${columns.join('_')}`);
  }
  for (const source of made) {
    const keys = source.foreignKeys.filter((key) => key.target === name);
    for (const { columns, targetColumns, unique } of keys) {
      const pairs = columns.map((theirs, at) => [targetColumns[at]!, theirs] as const);
      const suffix = `_by_${columns.join('_')}`;
      const base = unique ? source.name : `${source.name}s`;
      const relationshipName = keys.length > 1 ? `${base}${suffix}` : base;
      add({ name: relationshipName, kind: unique ? 'object' : 'array', target: source.name, pairs }, suffix);
    }
  }
  return found;
}
