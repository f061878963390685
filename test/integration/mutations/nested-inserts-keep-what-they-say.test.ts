/** Random nested inserts, in both directions and up to four levels deep: they leave exactly the rows that they claim, or none. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

type TableName = 'town' | 'house' | 'room' | 'deed';

interface Relation {
  readonly name: string;
  readonly target: TableName;
  /** The column that holds the reference: of the row itself for a parent, of the related row for children. */
  readonly column: string;
  readonly kind: 'parent' | 'child' | 'children';
}

const RELATIONS: Readonly<Record<TableName, readonly Relation[]>> = {
  town: [{ name: 'houses', target: 'house', column: 'town_id', kind: 'children' }],
  house: [
    { name: 'town', target: 'town', column: 'town_id', kind: 'parent' },
    { name: 'rooms', target: 'room', column: 'house_id', kind: 'children' },
    { name: 'deed', target: 'deed', column: 'house_id', kind: 'child' },
  ],
  room: [
    { name: 'house', target: 'house', column: 'house_id', kind: 'parent' },
    { name: 'parent', target: 'room', column: 'parent_id', kind: 'parent' },
    { name: 'rooms', target: 'room', column: 'parent_id', kind: 'children' },
  ],
  deed: [{ name: 'house', target: 'house', column: 'house_id', kind: 'parent' }],
};
const TABLES = Object.keys(RELATIONS) as TableName[];
const LINKS: Readonly<Record<TableName, readonly string[]>> = {
  town: [],
  house: ['town_id'],
  room: ['house_id', 'parent_id'],
  deed: ['house_id'],
};
const columnsOf = (table: TableName) => {
  const target = (column: string) => (column === 'parent_id' ? 'room' : column.replace('_id', ''));
  return LINKS[table].map(
    (column) =>
      `${column} int ${column === 'house_id' && table === 'deed' ? 'unique ' : ''}references ${target(column)}`,
  );
};

/** A row to write: what it is called, its number where one is given, and what is written with it. */
interface Row {
  readonly table: TableName;
  label: string | null;
  n: number | undefined;
  readonly nested: { readonly relation: Relation; readonly rows: Row[] }[];
}
/** A row as it must be in the end. */
interface Kept {
  readonly table: TableName;
  readonly label: string;
  readonly n: number;
  readonly links: Record<string, Kept>;
}

const MAX_DEPTH = 4;
const DEFAULT_N = 7;
const FAILURES = ['none', 'none', 'check', 'null', 'taken', 'twice'] as const;

interface Raw {
  readonly picks: number[];
  readonly nested: readonly Raw[];
}
const { raw: rawRow } = fc.letrec<{ raw: Raw }>((tie) => ({
  raw: fc.record<Raw>({
    picks: fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 }),
    nested: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true, maxDepth: MAX_DEPTH },
      fc.constant<readonly Raw[]>([]),
      fc.array(tie('raw'), { minLength: 1, maxLength: 3 }),
    ) as fc.Arbitrary<readonly Raw[]>,
  }),
}));

class Maker {
  readonly all: Row[] = [];

  row(raw: Raw, table: TableName, isClosed: (one: Relation) => boolean, depth: number): Row {
    const [number = 0, choice = 0] = raw.picks;
    const row: Row = {
      table,
      label: `${table} ${this.all.length}`,
      n: number % 3 === 0 ? undefined : number,
      nested: [],
    };
    this.all.push(row);
    for (const inner of depth < MAX_DEPTH ? raw.nested : []) {
      const free = RELATIONS[table].filter(
        (one) => !row.nested.some(({ relation }) => relation === one) && !isClosed(one),
      );
      const relation = free[(choice + inner.picks[2]!) % (free.length || 1)];
      if (!relation) break;
      // The way back: a reference that is determined already, or the one place of a one-to-one.
      const isWayBack = (one: Relation) =>
        one.column === relation.column &&
        (relation.kind === 'parent' ? one.kind === 'child' && one.target === table : one.kind === 'parent');
      const count = relation.kind === 'children' ? 1 + (inner.picks[3]! % 3) : 1;
      const rows = Array.from({ length: count }, (_, at) =>
        this.row(
          at === 0 ? inner : { ...inner, nested: inner.nested.slice(1) },
          relation.target,
          isWayBack,
          depth + 1,
        ),
      );
      row.nested.push({ relation, rows });
    }
    return row;
  }
}

function inputOf({ label, n, nested }: Row): object {
  const related = nested.map(({ relation, rows }) => {
    const data = rows.map(inputOf);
    return [relation.name, { data: relation.kind === 'children' ? data : data[0] }];
  });
  return { label, ...(n === undefined ? {} : { n }), ...Object.fromEntries(related) };
}

/** The rows and who refers to whom. */
function keep(row: Row, kept: Map<Row, Kept>): Kept {
  const own: Kept = { table: row.table, label: row.label ?? '', n: row.n ?? DEFAULT_N, links: {} };
  kept.set(row, own);
  for (const { relation, rows } of row.nested)
    for (const inner of rows) {
      const other = keep(inner, kept);
      if (relation.kind === 'parent') own.links[relation.column] = other;
      else other.links[relation.column] = own;
    }
  return own;
}

function selectionOf({ nested }: Row): string {
  return `{ label n ${nested.map(({ relation, rows }) => `${relation.name} ${selectionOf(rows[0]!)}`).join(' ')} }`;
}

/** What the selection of \`row\` finds when all is written. */
function answerOf(selected: Row, own: Kept, all: readonly Kept[]): object {
  const related = selected.nested.map(({ relation: { name, kind, column, target }, rows }) => {
    const inner = rows[0]!;
    if (kind === 'parent') return [name, own.links[column] ? answerOf(inner, own.links[column], all) : null];
    const children = all.filter((one) => one.table === target && one.links[column] === own);
    const answers = children.map((one) => answerOf(inner, one, all));
    return [name, kind === 'children' ? answers : (answers[0] ?? null)];
  });
  return { label: own.label, n: own.n, ...Object.fromEntries(related) };
}

/** Related rows stand in no promised order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sorted(one)]));
}

/** Makes one row of them impossible; false where that needs another row that is not there. */
function spoil(rows: readonly Row[], failure: (typeof FAILURES)[number], at: number): boolean {
  const row = rows[at % rows.length]!;
  if (failure === 'none') return false;
  if (failure === 'check') row.n = -1;
  else if (failure === 'null') row.label = null;
  else if (failure === 'taken') row.label = 'taken';
  else {
    const other = rows.find((one) => one !== row && one.table === row.table);
    if (!other) return false;
    row.label = other.label;
  }
  return true;
}

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  const ddl = TABLES.map((table) => {
    const plain = ['id int primary key generated by default as identity', 'label text not null unique'];
    const checked = `n int not null default ${DEFAULT_N} check (n >= 0)`;
    return `create table ${table} (${[...plain, checked, ...columnsOf(table)].join(', ')})`;
  });
  await database.sql([...ddl, 'grant all on town, house, room, deed to service_role'].join(';'));
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const reset = () =>
  database.sql(`delete from deed; delete from room; delete from house; delete from town;
    ${TABLES.map((table) => `insert into ${table} (label) values ('taken')`).join(';')}`);

/** Every row but the first of each table, with the labels of those that it refers to. */
async function rowsInDatabase(): Promise<unknown> {
  const parts = TABLES.map((table) => {
    const links = LINKS[table].map((column) => {
      const target = column === 'parent_id' ? 'room' : column.replace('_id', '');
      return `'${column}', (select label from ${target} o where o.id = t.${column})`;
    });
    return `select json_strip_nulls(json_build_object(${[`'table', '${table}'`, "'label', label", "'n', n", ...links].join(', ')})) as row from ${table} t where label <> 'taken'`;
  });
  const found = await database.sql<{ row: object }>(parts.join(' union all '));
  return sorted(found.map(({ row }) => row));
}

test('all of them and nothing else, or none of them', { timeout: 120_000 }, async () => {
  const outcomes = { kept: 0, refused: 0, deepest: 0 };
  const property = fc.asyncProperty(
    fc.array(rawRow, { minLength: 1, maxLength: 3 }),
    fc.nat(3),
    fc.constantFrom(...FAILURES),
    fc.nat(1000),
    async (raws, tableChoice, failure, at) => {
      const table = TABLES[tableChoice]!;
      const maker = new Maker();
      const roots = raws.map((raw) => maker.row(raw, table, () => false, 1));
      const isSpoilt = spoil(maker.all, failure, at);
      await reset();
      const shown = roots[0]!;
      const answer = await api.ask(
        `mutation ($objects: [${table}_insert_input!]!) { insert_${table}(objects: $objects) { affected_rows returning ${selectionOf(shown)} } }`,
        'service_role',
        { objects: roots.map(inputOf) },
      );
      if (isSpoilt) {
        outcomes.refused += 1;
        expect(answer).toMatchObject({
          data: null,
          errors: [{ extensions: { path: `$.selectionSet.insert_${table}.args.objects` } }],
        });
        expect(['constraint-violation', 'permission-error']).toContain(answer.errors?.[0]?.extensions.code);
        expect(await rowsInDatabase()).toEqual([]);
        return;
      }
      outcomes.kept += 1;
      outcomes.deepest = Math.max(outcomes.deepest, ...roots.map(depthOf));
      const kept = new Map<Row, Kept>();
      const rows = roots.map((root) => keep(root, kept));
      const all = [...kept.values()];
      expect(answer.errors).toBeUndefined();
      const inserted = answer.data?.[`insert_${table}`];
      const { affected_rows, returning } = inserted as {
        affected_rows: number;
        returning: unknown[];
      };
      expect(affected_rows).toBe(maker.all.length);
      expect(returning.map(sorted)).toEqual(rows.map((row) => sorted(answerOf(shown, row, all))));
      const expected = all.map(({ table: of, label, n, links }) => ({
        table: of,
        label,
        n,
        ...Object.fromEntries(Object.entries(links).map(([column, other]) => [column, other.label])),
      }));
      expect(await rowsInDatabase()).toEqual(sorted(expected));
    },
  );
  await fc.assert(property, { numRuns: 300, seed: 20_261_125 });
  expect(outcomes.kept).toBeGreaterThan(80);
  expect(outcomes.refused).toBeGreaterThan(80);
  expect(outcomes.deepest).toBe(MAX_DEPTH);
});

function depthOf({ nested }: Row): number {
  return 1 + Math.max(0, ...nested.flatMap(({ rows }) => rows.map(depthOf)));
}
