/**
 * Random policies over rows of many types: of every change the old and the new row are told to those, and only those, to whom a SELECT
 * showed them, with the same values.
 */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../../src/data/catalog/catalog.ts';
import type { ObjectShape } from '../../src/data/plan/plan.ts';
import { publishTables } from '../../src/realtime/capture/publications.ts';
import type { RowEvent } from '../../src/realtime/row-events/group.ts';
import { RowEvents } from '../../src/realtime/row-events/row-events.ts';
import { Runs } from '../../src/realtime/row-events/runs.ts';
import { type CaptureUnderTest, captureChanges } from '../support/capture.ts';
import { contextOf, type DataApi, openDataApi } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const CASES = 25;
const ROWS = 12;
const USERS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
/** Names that could capture the aliases of the statement that judges. */
const TABLES = ['subject', 'n', '%changes', 'We"ird "T"'];

let database: TestDatabase;
let captured: CaptureUnderTest;
let api: DataApi;
let pool: pg.Pool;
let client: pg.Client;

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create type mood as enum ('sad', 'glad');
    create domain positive as int check (value > 0);
    create type pair as (a int, b text);
    create table friend (who uuid, owner uuid, primary key (who, owner));
    alter table friend enable row level security;
    create policy own on friend for select to authenticated using (who = auth.uid());
    grant select on friend to authenticated;
    insert into friend values ('${USERS[0]}', '${USERS[1]}'), ('${USERS[2]}', '${USERS[0]}');
    create function is_friend(them uuid) returns boolean language sql stable security definer set search_path = ''
      as $$ select exists (select from public.friend f where f.owner = them and f.who = auth.uid()) $$;
    create function calls(level int) returns boolean language plpgsql stable
      as $$ begin return level <= coalesce((auth.jwt() ->> 'level')::int, 0); end $$;
    ${TABLES.map((name, index) => {
      const table = quoted(name);
      return `create table ${table} (id int primary key, owner uuid, n int, body text, data jsonb, raw json, tags text[], kind mood,
        span int4range, amount numeric, few positive, two pair, at timestamptz, bytes bytea, hidden boolean, "We""ird col" int, gone int,
        doubled int generated always as (id * 2) stored);
      alter table ${table} drop column gone;
      alter table ${table} replica identity full; alter table ${table} enable row level security;
      grant select on ${table} to authenticated;
      create function whole_${index}(r ${table}) returns boolean language sql stable as $$ select r.n % 2 = 0 or r.owner = auth.uid() $$;`;
    }).join('\n')}
  `);
  captured = await captureChanges(database);
  await captured.capture.ready;
  api = await openDataApi(database);
  pool = new pg.Pool({ connectionString: database.platformUrl, max: 4 });
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('set synchronous_commit = on');
});

afterAll(async () => {
  await client?.end();
  await pool?.end();
  await api?.close();
  await captured?.stop();
  await database?.drop();
});

const conditions = (name: string): string[] => [
  'owner = auth.uid()',
  '(select auth.uid()) = owner',
  `owner::text = current_setting('request.jwt.claims')::json ->> 'sub'`,
  `coalesce(n, 0) <= (auth.jwt() ->> 'level')::int`,
  'n > 5',
  'n is null',
  `body <> 'hidden'`,
  `body like 'a%'`,
  `data ->> 'k' = 'v'`,
  `data @> '{"a": 1}'`,
  `raw ->> 'a' is not null`,
  `tags @> array['x']`,
  `'y' = any (tags)`,
  `kind = 'sad'`,
  'span @> 3',
  `amount = 'NaN'::numeric or amount > 1.5`,
  'few > 2',
  '(two).a = 1',
  `at > '2026-01-01'`,
  `bytes = '\\x00ff'::bytea`,
  'hidden is not true',
  '"We""ird col" = 1',
  'doubled > 10',
  `exists (select from friend f where f.owner = ${quoted(name)}.owner)`,
  'is_friend(owner)',
  'calls(n)',
  `whole_${TABLES.indexOf(name)}(${quoted(name)}.*)`,
  'false',
];

type Values = readonly (string | null)[];
const maybe = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { freq: 5 });
const of = (...list: string[]) => maybe(fc.constantFrom(...list));
const row: fc.Arbitrary<Values> = fc.tuple(
  of(...USERS),
  maybe(fc.integer({ min: 0, max: 9 }).map(String)),
  of('hidden', 'abc', 'a "q" \\ ü\n,()', '', 'NULL'),
  of('{"k": "v"}', '{"a": 1, "big": 12345678901234567890}', 'null', '[]'),
  of('{"a": 1, "a": 2}', '{ "b" :  null }'),
  of('{x,y}', '{"y,\\"",NULL}', '{}'),
  of('sad', 'glad'),
  of('[1,4)', 'empty', '(,)'),
  of('NaN', '1.50', '2', 'Infinity'),
  of('1', '3'),
  of('(1,"b ""c""")', '(,)', '(2,)'),
  of('2026-06-01 10:00:00.123456+02', 'infinity', '1999-01-01'),
  of('\\x00ff', '\\x'),
  of('true', 'false'),
  of('1', '2'),
);
const COLUMNS =
  'owner, n, body, data, raw, tags, kind, span, amount, few, two, at, bytes, hidden, "We""ird col"';

interface Case {
  readonly table: string;
  readonly permissive: readonly number[];
  readonly restrictive: readonly number[];
  readonly rows: readonly Values[];
  readonly later: readonly Values[];
}

const count = conditions('subject').length;
const someRows = fc.array(row, { minLength: ROWS, maxLength: ROWS });
const cases: fc.Arbitrary<Case> = fc.record({
  table: fc.constantFrom(...TABLES),
  permissive: fc.array(fc.nat(count - 1), { minLength: 0, maxLength: 3 }),
  restrictive: fc.array(fc.nat(count - 2), { maxLength: 1 }),
  rows: someRows,
  later: someRows,
});

const CALLERS = [...USERS, undefined].map((sub, index) => ({
  role: 'authenticated',
  claims: { level: index * 3, ...(sub === undefined ? {} : { sub }) },
}));
type CallerOf = (typeof CALLERS)[number];

async function visible(table: string, { role, claims }: CallerOf): Promise<Set<number>> {
  try {
    await client.query('begin');
    await client.query(`select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`, [
      role,
      JSON.stringify({ ...claims, role }),
    ]);
    const { rows } = await client.query<{ id: number }>(`select id from ${quoted(table)}`);
    return new Set(rows.map(({ id }) => id));
  } finally {
    await client.query('rollback');
  }
}

async function printed(table: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ id: number; json: string }>(
    `select x.id, row_to_json(x.*)::text as json from (select id, ${COLUMNS}, doubled from ${quoted(table)}) x`,
  );
  return new Map(rows.map(({ id, json }) => [id, json]));
}

test('every row of every change is told to whom a SELECT showed it, and reads the same', async () => {
  let told = 0;
  let hidden = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const facts = await judge(one);
      told += facts.told;
      hidden += facts.hidden;
    }),
    { numRuns: CASES, endOnFailure: true },
  );
  // Policies that hide all, or nothing, would prove nothing.
  expect(told).toBeGreaterThan(100);
  expect(hidden).toBeGreaterThan(100);
}, 120_000);

async function judge({ table: name, permissive, restrictive, rows, later }: Case) {
  const all = conditions(name);
  const on = `on ${quoted(name)}`;
  await client.query(`delete from ${quoted(name)}`);
  await client.query(`do $$ declare p record; begin for p in select polname from pg_policy where polrelid = '${quoted(name).replaceAll("'", "''")}'::regclass
    loop execute format('drop policy %I on %s', p.polname, '${quoted(name).replaceAll("'", "''")}'); end loop; end $$`);
  for (const [index, condition] of permissive.entries())
    await client.query(`create policy p${index} ${on} for select to authenticated using (${all[condition]})`);
  for (const [index, condition] of restrictive.entries())
    await client.query(
      `create policy r${index} ${on} as restrictive for select to public using (${all[condition]})`,
    );
  await api.catalog.reload();
  const table = api.model().catalog.findTable('public', name)!;
  const published = await publishTables(pool, ['public'], []);
  const rowEvents = new RowEvents({
    ...{ feed: captured.feed, history: captured.history, pool },
    runs: new Runs(api.runner, 2),
    ready: async () => undefined,
    published: () => published,
  });
  const shape = shapeOf(table);
  const events: RowEvent[][] = CALLERS.map(() => []);
  for (const [index, { role, claims }] of CALLERS.entries())
    await rowEvents.subscribe({
      query: { table, where: undefined, old: shape, new: shape, variables: {} },
      catalog: api.model().catalog,
      context: contextOf(role, claims),
      ...{ key: name, format: () => '', after: undefined },
      deliver: (_text, event) => events[index]?.push(event),
      stale: () => undefined,
      end: (error) => {
        throw error;
      },
    });
  const expected: Expected[][] = CALLERS.map(() => []);
  const step = async (id: number, sql: string, values: Values = []) => {
    const before = await printed(name);
    const seenBefore = await inTurn((caller) => visible(name, caller));
    await client.query(sql, [...values]);
    const after = await printed(name);
    const seenAfter = await inTurn((caller) => visible(name, caller));
    for (const [index, list] of expected.entries()) {
      const old = seenBefore[index]?.has(id) ? before.get(id) : undefined;
      const now = seenAfter[index]?.has(id) ? after.get(id) : undefined;
      if (old !== undefined || now !== undefined) list.push({ old, new: now });
    }
  };
  const columns = COLUMNS.split(', ');
  const parameters = columns.map((_, index) => `$${index + 1}`);
  const assignments = columns.map((column, index) => `${column} = ${parameters[index]}`);
  for (const [index, values] of rows.entries())
    await step(
      index + 1,
      `insert into ${quoted(name)} (id, ${COLUMNS}) values (${index + 1}, ${parameters.join(', ')})`,
      values,
    );
  for (const [index, values] of later.entries())
    await step(
      index + 1,
      `update ${quoted(name)} set ${assignments.join(', ')} where id = ${index + 1}`,
      values,
    );
  for (let id = 1; id <= ROWS; id += 1) await step(id, `delete from ${quoted(name)} where id = ${id}`);
  await expect
    .poll(() => events.map((list) => list.map((event) => ({ old: event.old, new: event.new }))), {
      timeout: 10_000,
    })
    .toEqual(expected);
  rowEvents.close();
  const told = expected.flat().length;
  return { told, hidden: CALLERS.length * ROWS * 3 - told };
}

interface Expected {
  readonly old: string | undefined;
  readonly new: string | undefined;
}

async function inTurn<T>(work: (caller: CallerOf) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const caller of CALLERS) results.push(await work(caller));
  return results;
}

function shapeOf(table: Table): ObjectShape {
  const columns = [
    'id',
    ...COLUMNS.split(', ').map((name) => name.replace(/^"|"$/g, '').replaceAll('""', '"')),
    'doubled',
  ];
  return {
    kind: 'object',
    entries: columns.map((name) => [
      name,
      {
        kind: 'column',
        column: table.columns.find((column) => column.name === name)!,
        path: undefined,
        asText: false,
      },
    ]),
  };
}
