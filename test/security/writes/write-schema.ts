/** Random databases that can be written to: separate policies and grants per verb, constraints, defaults, triggers, views. */
import fc from 'fast-check';
import { makeGrants, OWNERS, pick, policyCondition, type RawGrant } from '../reference/schema-arbitrary.ts';
import type { ColumnModel, GrantModel, RelationshipModel } from '../reference/schema-model.ts';
import { createView, insertRow } from '../reference/schema-sql.ts';
import { sampleOf } from '../reference/values.ts';
import type { ConstraintModel, WriteRelationModel, WriteSchemaModel } from './write-model.ts';
import { typedLiteral } from './write-values.ts';

const NAMES = ['alpha', 'beta', 'gamma'];
const VERBS = ['select', 'insert', 'update', 'delete', 'all', 'all'] as const;
const ON_DELETE = ['no action', 'cascade', 'set null', 'restrict'];
const TRIGGERS: Readonly<Record<string, string>> = {
  changes: "new.note := 'seen ' || coalesce(new.note, '?'); return new;",
  swallows: 'if new.n = 3 then return null; end if; return new;',
  stamps:
    "new.owner := coalesce(new.owner, current_setting('request.jwt.claims', true)::json ->> 'sub'); return new;",
};

const rawPolicy = fc.record({
  command: pick,
  using: pick,
  check: pick,
  own: fc.boolean(),
  restrictive: fc.nat(5),
  role: pick,
  value: pick,
});
/** Mostly everything, at times some columns, at times nothing: else most mutations would end at a missing grant. */
const rawWriteGrant = fc.record({ mode: fc.nat(9), columns: fc.nat(65535) }).map(({ mode, columns }) => {
  return { mode: mode === 0 ? 0 : mode < 7 ? 1 : 3, columns: columns | 1 };
});
const rawGrants = fc.array(rawWriteGrant, { minLength: 3, maxLength: 3 });
const rawTable = fc.record({
  compositeKey: fc.nat(3),
  foreignKey: fc.record({ target: pick, notNull: fc.boolean(), unique: fc.nat(3), onDelete: pick }),
  hasForeignKey: fc.nat(3),
  notNull: fc.boolean(),
  unique: fc.nat(5),
  checked: fc.nat(2),
  trigger: fc.nat(6),
  rowSecurity: fc.nat(4),
  policies: fc.array(rawPolicy, { minLength: 1, maxLength: 8, size: 'max' }),
  rows: fc.array(fc.array(pick, { minLength: 8, maxLength: 8 }), { maxLength: 6, size: 'max' }),
  grants: fc.record({ select: rawGrants, insert: rawGrants, update: rawGrants, delete: fc.nat(511) }),
});
const rawView = fc.record({
  over: pick,
  invoker: fc.boolean(),
  checks: fc.boolean(),
  filter: pick,
  grants: rawTable.map(({ grants }) => grants),
});
const rawSchema = fc.record({
  tables: fc.array(rawTable, { minLength: 2, maxLength: 3 }),
  views: fc.array(rawView, { maxLength: 1 }),
});

type RawTable = typeof rawTable extends fc.Arbitrary<infer T> ? T : never;
type RawView = typeof rawView extends fc.Arbitrary<infer T> ? T : never;
interface RawGrants {
  readonly select: readonly RawGrant[];
  readonly insert: readonly RawGrant[];
  readonly update: readonly RawGrant[];
  readonly delete: number;
}

interface MadeTable {
  readonly name: string;
  readonly columns: readonly ColumnModel[];
  readonly key: readonly string[];
  readonly constraints: readonly ConstraintModel[];
  readonly parent:
    | { readonly own: readonly string[]; readonly target: MadeTable; readonly unique: boolean }
    | undefined;
  readonly ddl: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

export function writeSchemaArbitrary(roles: readonly string[]): fc.Arbitrary<WriteSchemaModel> {
  return rawSchema.map(({ tables, views }) => makeSchema(tables, views, roles));
}

function makeSchema(
  tables: readonly RawTable[],
  views: readonly RawView[],
  roles: readonly string[],
): WriteSchemaModel {
  const made: MadeTable[] = [];
  for (const [index, raw] of tables.entries()) made.push(makeTable(raw, NAMES[index]!, index, made));
  const inserts = made.flatMap(({ name, rows }) => rows.map((row) => insertRow(name, row)));
  const statements = [...made.map(({ ddl }) => ddl), ...inserts];
  statements.push(...roles.map((role) => `grant usage on schema public to ${role}`));
  const relations: WriteRelationModel[] = [];
  for (const [index, raw] of tables.entries()) {
    const table = made[index]!;
    const { name, columns, key, constraints } = table;
    const trigger = Object.keys(TRIGGERS)[raw.trigger];
    if (trigger !== undefined)
      statements.push(
        `create function ${name}_${trigger}() returns trigger language plpgsql as $$ begin ${TRIGGERS[trigger]} end $$`,
        `create trigger ${trigger} before insert or update on ${name} for each row execute function ${name}_${trigger}()`,
      );
    if (raw.rowSecurity > 1) {
      statements.push(`alter table ${name} enable row level security`);
      raw.policies.forEach((policy, number) => {
        statements.push(policyText(policy, number, name, made[policy.value % (index + 1)]!.name, roles));
      });
    }
    statements.push(...grantTexts(raw.grants, name, columns, roles));
    const grants = makeGrants(raw.grants.select, columns, roles);
    const given = givenBy(raw.grants, columns, roles);
    const relationships = relationshipsOf(table, made);
    const plain = { computed: undefined, finder: undefined };
    relations.push({
      kind: 'table',
      name,
      columns,
      key,
      constraints,
      relationships,
      grants,
      given,
      ...plain,
    });
  }
  for (const raw of views) {
    const base = made[raw.over % made.length]!;
    const columns = base.columns.filter(({ name }) => name !== 'note');
    const filter = ['true', 'not hidden', 'tenant is not null', 'tenant > 0'][raw.filter % 4]!;
    const check = raw.checks ? ' with check option' : '';
    statements.push(`${createView('seen', base.name, columns, filter, raw.invoker)}${check}`);
    statements.push(...grantTexts(raw.grants, 'seen', columns, roles));
    const grants = makeGrants(raw.grants.select, columns, roles);
    const given = givenBy(raw.grants, columns, roles);
    const none = { relationships: [], computed: undefined, finder: undefined, constraints: [] };
    relations.push({ kind: 'view', name: 'seen', columns, key: base.key, grants, given, ...none });
  }
  const restore = [...made.map(({ name }) => `delete from ${name}`), ...inserts];
  return { relations, statements, restore };
}

function makeTable(raw: RawTable, name: string, index: number, earlier: readonly MadeTable[]): MadeTable {
  const key = raw.compositeKey === 3 ? ['a', 'b'] : ['id'];
  const target = raw.hasForeignKey > 0 ? earlier[raw.foreignKey.target % (earlier.length || 1)] : undefined;
  const own = target === undefined ? [] : target.key.length === 1 ? ['f_id'] : ['f_a', 'f_b'];
  const columns: ColumnModel[] = [
    ...key.map((column): ColumnModel => ({ name: column, type: 'int4', notNull: true })),
    { name: 'owner', type: 'text', notNull: false },
    { name: 'tenant', type: 'int4', notNull: false },
    { name: 'hidden', type: 'bool', notNull: false },
    { name: 'note', type: 'text', notNull: raw.notNull },
    { name: 'n', type: 'int4', notNull: false },
    { name: 'price', type: 'numeric', notNull: false },
    { name: 'data', type: 'jsonb', notNull: false },
    ...own.map((column): ColumnModel => ({ name: column, type: 'int4', notNull: raw.foreignKey.notNull })),
  ];
  const defaults: Readonly<Record<string, string>> = {
    id: `${(index + 1) * 100}`,
    b: '7',
    n: '5',
    owner: 'current_user',
    tenant: raw.checked === 2 ? "(current_setting('request.jwt.claims', true)::json ->> 'tenant')::int" : '1',
  };
  const isUnique = raw.unique === 5;
  const parent = target && { own, target, unique: raw.foreignKey.unique === 3 };
  const constraints: ConstraintModel[] = [
    { name: `${name}_pkey`, columns: key },
    ...(isUnique ? [{ name: `${name}_n_key`, columns: ['n'] }] : []),
    ...(parent?.unique ? [{ name: `${name}_f_key`, columns: own }] : []),
  ];
  const onDelete = ON_DELETE[raw.foreignKey.onDelete % (raw.foreignKey.notNull ? 2 : 4)]!;
  const parts = [
    ...columns.map(({ name: column, type, notNull }) => {
      const by = defaults[column] === undefined ? '' : ` default ${defaults[column]}`;
      return `${column} ${type}${by}${notNull ? ' not null' : ''}`;
    }),
    ...constraints.map(
      (one, at) => `constraint ${one.name} ${at === 0 ? 'primary key' : 'unique'} (${one.columns})`,
    ),
    ...(raw.checked > 0 ? [`constraint ${name}_checked check (n < 9)`] : []),
    ...(parent
      ? [`foreign key (${own}) references ${target.name} (${target.key}) on delete ${onDelete}`]
      : []),
  ];
  const rows: Record<string, string>[] = [];
  raw.rows.forEach((seeds, at) => {
    const referred = target?.rows[seeds[6]! % (target.rows.length || 1)];
    const isFree =
      !parent?.unique ||
      !rows.some((row) => own.every((column, i) => row[column] === referred?.[target!.key[i]!]));
    const refers = referred !== undefined && isFree && (raw.foreignKey.notNull || seeds[7]! % 3 > 0);
    if (target && raw.foreignKey.notNull && !refers) return;
    const n = isUnique ? at : seeds[3]! % 9;
    rows.push({
      ...Object.fromEntries(
        key.map((column) => [
          column,
          String(column === 'b' ? 1 + (at % 2) : 1 + (key.length > 1 ? at >> 1 : at)),
        ]),
      ),
      owner: OWNERS[seeds[0]! % OWNERS.length]!,
      tenant: seeds[1]! % 5 === 4 ? 'null' : String(seeds[1]! % 3),
      hidden: ['true', 'false', 'false', 'null'][seeds[2]! % 4]!,
      note: typedLiteral('text', sampleOf('text', seeds[4]!)),
      n: String(n),
      price: typedLiteral('numeric', sampleOf('numeric', seeds[5]!)),
      data: seeds[5]! % 3 === 0 ? 'null' : typedLiteral('jsonb', sampleOf('jsonb', seeds[6]!)),
      ...(target
        ? Object.fromEntries(own.map((column, i) => [column, refers ? referred[target.key[i]!]! : 'null']))
        : {}),
    });
  });
  return { name, columns, key, constraints, parent, ddl: `create table ${name} (${parts.join(', ')})`, rows };
}

function givenBy(raw: RawGrants, columns: readonly ColumnModel[], roles: readonly string[]) {
  return { insert: makeGrants(raw.insert, columns, roles), update: makeGrants(raw.update, columns, roles) };
}

function policyText(
  raw: typeof rawPolicy extends fc.Arbitrary<infer T> ? T : never,
  number: number,
  own: string,
  other: string,
  roles: readonly string[],
): string {
  const command = VERBS[raw.command % VERBS.length]!;
  const condition = (seed: number) =>
    seed % 3 === 0 ? 'true' : policyCondition({ using: seed, value: raw.value }, own, other).text;
  const [using, check] = [condition(raw.using), condition(raw.check)];
  const clauses = [
    ...(command === 'insert' ? [] : [`using (${using})`]),
    ...(command === 'insert' || ((command === 'update' || command === 'all') && raw.own)
      ? [`with check (${check})`]
      : []),
  ];
  const role = ['public', 'public', ...roles][raw.role % (roles.length + 2)]!;
  const as = raw.restrictive === 5 ? ' as restrictive' : '';
  return `create policy p${number} on ${own}${as} for ${command} to ${role} ${clauses.join(' ')}`;
}

function grantTexts(
  raw: RawGrants,
  relation: string,
  columns: readonly ColumnModel[],
  roles: readonly string[],
): string[] {
  const texts = (['select', 'insert', 'update'] as const).flatMap((verb) =>
    Object.entries(makeGrants(raw[verb], columns, roles)).flatMap(([role, grant]: [string, GrantModel]) =>
      grant === 'none'
        ? []
        : [`grant ${verb}${grant === 'all' ? '' : ` (${grant.join(', ')})`} on ${relation} to ${role}`],
    ),
  );
  roles.forEach((role, index) => {
    if ((raw.delete >> (index * 2)) % 4 > 0) texts.push(`grant delete on ${relation} to ${role}`);
  });
  return texts;
}

/** The names are those that the documentation promises for foreign keys. */
function relationshipsOf({ name, parent }: MadeTable, made: readonly MadeTable[]): RelationshipModel[] {
  const found: RelationshipModel[] = [];
  if (parent) {
    const { own, target } = parent;
    const pairs = own.map((column, at) => [column, target.key[at]!] as const);
    found.push({ name: own.length === 1 ? 'f' : target.name, kind: 'object', target: target.name, pairs });
  }
  for (const child of made) {
    if (child.parent?.target.name !== name) continue;
    const pairs = child.parent.own.map((column, at) => [child.parent!.target.key[at]!, column] as const);
    const kind = child.parent.unique ? 'object' : 'array';
    found.push({ name: kind === 'object' ? child.name : `${child.name}s`, kind, target: child.name, pairs });
  }
  return found;
}
