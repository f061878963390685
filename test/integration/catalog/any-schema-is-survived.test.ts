import { execute, getIntrospectionQuery, parse, printSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiTable } from '../../../src/data/catalog/model.ts';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const COLUMNS = 1600;
const LONG = 'n'.repeat(80);

const SCHEMA = `
  create table "MixedCase" ("Id" int primary key, "camelCase" text, "UPPER" int);
  create table "select" ("from" int primary key, "where" text, "table" int references "select");
  insert into "MixedCase" values (1, 'c', 2);
  insert into "select" values (1, 'w', 1);

  create table ${LONG}_1 (id int primary key, ${LONG}_2 text);

  create table wide (${Array.from({ length: COLUMNS }, (_, index) => `c${index} int`).join(', ')});
  insert into wide (c0, c${COLUMNS - 1}) values (1, 2);
  create table nothing ();
  create table keyless (a int, b text);
  insert into keyless values (1, 'x'), (1, 'x');

  create table chicken (id int primary key, egg_id int);
  create table egg (id int primary key, chicken_id int references chicken);
  alter table chicken add foreign key (egg_id) references egg;
  insert into chicken values (1, null); insert into egg values (1, 1); update chicken set egg_id = 1;
  create table tree (id int primary key, parent_id int references tree);
  insert into tree values (1, 1), (2, 1);

  create table region (country text, code int, name text, primary key (country, code));
  create table town (id int primary key, country text, region int, foreign key (country, region) references region);
  insert into region values ('CH', 1, 'Bern'); insert into town values (1, 'CH', 1), (2, 'CH', null);

  create table airport (id int primary key);
  create table flight (id int primary key, from_id int references airport, to_id int references airport,
    airport int references airport);
  insert into airport values (1), (2); insert into flight values (1, 1, 2, 1);

  create schema other;
  create table other.keyless (id int primary key, town_id int references public.town);
  insert into other.keyless values (7, 1);
  create table clash (id int primary key);
  create table other.clash (id int primary key);

  create table event (id int, at date, primary key (id, at)) partition by range (at);
  create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');
  create table event_note (id int primary key, event_id int, event_at date, foreign key (event_id, event_at) references event);
  insert into event values (1, '2026-05-05'); insert into event_note values (1, 1, '2026-05-05');

  create view town_view as select id, country from town;
  create view town_count as select country, count(*) as towns from town group by country;
  create materialized view region_copy as select * from region;

  create domain short_text as text check (length(value) < 5);
  create domain required as int not null;
  create type light as enum ('red', 'green');
  create type pair as (left_side int, right_side short_text);
  create type pairs as (list pair[], lit light);
  create type timerange as range (subtype = time);
  create table typed (
    id int primary key, short short_text, needed required default 1, light light, lights light[], pair pair, pairs pairs,
    span timerange, spans int8multirange, matrix int[][], domain_array short_text[], bits varbit(5), quoted "char",
    oid oid, class regclass, vector tsvector, query tsquery, json_list json[]
  );
  insert into typed values (1, 'abc', 2, 'green', '{red}', row(1, 'r'), row(array[row(1, 'x')::pair], 'red'),
    '[08:00,09:00)', '{[1,3)}', '{{1},{2}}', '{abcd}', b'10101', 'q', 5, 'town', 'a:1', 'a & b', array['{"a":1}']::json[]);

  create extension citext; create extension ltree; create extension pg_trgm; create extension hstore;
  create table extended (id int primary key, name citext, path ltree, paths ltree[], store hstore);
  insert into extended values (1, 'NaMe', 'a.b', '{a,a.b}', 'k=>v'), (2, 'other', 'a', '{}', '');

  create table query_root (id int primary key);
  create table mutation_root (id int primary key);
  create table order_by (id int primary key);
  create table uuid (id int primary key);
  create table "String" (id int primary key);
  create table "Int" (id int primary key);
  create table a (id int primary key);
  create table a_aggregate (id int primary key);
  create table b_bool_exp (id int primary key);
  create table b (id int primary key);
  create table ok (id int primary key, query_root_id int references query_root);
  insert into ok values (1, null);

  grant select on all tables in schema public, other to anon;
  grant usage on schema other to anon;
`;

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase({ schemas: ['public', 'other'] });
  await database.sql(SCHEMA);
  await database.sql('create extension file_fdw');
  await database.sql(`create server files foreign data wrapper file_fdw;
    create foreign table outside (line text not null) server files options (program 'echo hello');
    grant select on outside to anon`);
  api = await openDataApi(database, {
    schemas: ['public', 'other'],
    env: {
      GOFORWARD_API_GRAPHQL_ALIASES: '100000',
      GOFORWARD_API_GRAPHQL_TOKENS: '100000',
      GOFORWARD_API_GRAPHQL_DOCUMENT_BYTES: '1000000',
    },
  });
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

function table(name: string, schema = 'public'): ApiTable {
  const found = api.model().tables.find((one) => one.table.name === name && one.table.schema === schema);
  if (!found) throw new Error(`no table ${schema}.${name}`);
  return found;
}

async function data(query: string): Promise<unknown> {
  const answer = await api.ask(query);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

const relationships = (name: string, schema?: string) =>
  Object.fromEntries(
    table(name, schema).relationships.map((one) => [one.name, `${one.kind} ${one.target.name}`]),
  );

test('the schema is valid as a whole, prints and introspects', async () => {
  const { schema } = await api.engine.get('anon');
  expect(validateSchema(schema)).toEqual([]);
  expect(printSchema(schema)).toMatch(/^type MixedCase implements Node \{/m);
  const { errors } = await execute({ schema, document: parse(getIntrospectionQuery()) });
  expect(errors).toBeUndefined();
});

test('mixed case and key words', async () => {
  expect(await data('{ MixedCase { Id camelCase UPPER } select_by_pk(from: 1) { where table } }')).toEqual({
    MixedCase: [{ Id: 1, camelCase: 'c', UPPER: 2 }],
    select_by_pk: { where: 'w', table: 1 },
  });
});

test('names longer than PostgreSQL keeps are known as PostgreSQL cut them', () => {
  const long = table(LONG.slice(0, 63));
  expect(long.columns.map((column) => column.name)).toEqual(['id', LONG.slice(0, 63)]);
});

test('as many columns as a table can have', async () => {
  expect(table('wide').columns).toHaveLength(COLUMNS);
  const answer = await data(
    `{ wide { ${table('wide')
      .columns.map((column) => column.name)
      .join(' ')} } }`,
  );
  const [row] = (answer as { wide: Record<string, unknown>[] }).wide;
  expect(Object.keys(row ?? {})).toHaveLength(COLUMNS);
  expect([row?.c0, row?.c1, row?.[`c${COLUMNS - 1}`]]).toEqual([1, null, 2]);
});

test('a table without columns is not there, and harms nobody', async () => {
  const answer = await api.ask('{ nothing { id } }');
  expect(answer.errors?.[0]?.extensions.code).toBe('validation-failed');
});

test('a table without a key has no look-up', async () => {
  expect(await data('{ keyless { a b } keyless_aggregate { aggregate { count } } }')).toEqual({
    keyless: [
      { a: 1, b: 'x' },
      { a: 1, b: 'x' },
    ],
    keyless_aggregate: { aggregate: { count: 2 } },
  });
  const answer = await api.ask('{ keyless_by_pk(a: 1) { a } }');
  expect(answer.errors?.[0]?.extensions.code).toBe('validation-failed');
});

test('tables that refer to each other and to themselves', async () => {
  expect(relationships('chicken')).toEqual({ egg: 'object egg', eggs: 'array egg' });
  expect(relationships('tree')).toEqual({ parent: 'object tree', trees: 'array tree' });
  expect(
    await data(
      '{ chicken { egg { chicken { egg { id } } } } tree(order_by: {id: asc}) { parent { parent { id } } trees { id } } }',
    ),
  ).toEqual({
    chicken: [{ egg: { chicken: { egg: { id: 1 } } } }],
    tree: [
      { parent: { parent: { id: 1 } }, trees: [{ id: 1 }, { id: 2 }] },
      { parent: { parent: { id: 1 } }, trees: [] },
    ],
  });
});

test('a foreign key of several columns: half of it is no relation', async () => {
  expect(relationships('region')).toEqual({ towns: 'array town' });
  const name = Object.keys(relationships('town')).find((one) => one.startsWith('region'));
  expect(await data(`{ town(order_by: {id: asc}) { id ${name} { name } } }`)).toEqual({
    town: [
      { id: 1, [name ?? '']: { name: 'Bern' } },
      { id: 2, [name ?? '']: null },
    ],
  });
});

test('several foreign keys between two tables', async () => {
  expect(relationships('flight')).toEqual({
    from: 'object airport',
    to: 'object airport',
    airport_by_airport: 'object airport',
  });
  expect(relationships('airport')).toEqual({
    flights_by_airport: 'array flight',
    flights_by_from_id: 'array flight',
    flights_by_to_id: 'array flight',
  });
  expect(
    await data('{ flight { from { id } to { id } airport airport_by_airport { flights_by_to_id { id } } } }'),
  ).toEqual({
    flight: [{ from: { id: 1 }, to: { id: 2 }, airport: 1, airport_by_airport: { flights_by_to_id: [] } }],
  });
});

test('the same table name in two schemas, and a key across them', async () => {
  expect(await data('{ keyless { a } other_keyless { id town { id other_keylesses { id } } } }')).toEqual({
    keyless: [{ a: 1 }, { a: 1 }],
    other_keyless: [{ id: 7, town: { id: 1, other_keylesses: [{ id: 7 }] } }],
  });
});

test('a partitioned table is one table', async () => {
  expect(table('event').table.kind).toBe('partitioned table');
  expect(api.model().tables.map((one) => one.name)).not.toContain('event_2026');
  expect(
    await data(
      '{ event { id at event_notes { id } } event_by_pk(id: 1, at: "2026-05-05") { id } event_note { event { id } } }',
    ),
  ).toEqual({
    event: [{ id: 1, at: '2026-05-05', event_notes: [{ id: 1 }] }],
    event_by_pk: { id: 1 },
    event_note: [{ event: { id: 1 } }],
  });
});

test('views: nullable columns, no look-up, and PostgreSQL says which can be written', async () => {
  const { schema } = await api.engine.get('anon');
  const type = (name: string, field: string) =>
    String(
      (schema.getType(name) as never as { getFields(): Record<string, { type: unknown }> }).getFields()[field]
        ?.type,
    );
  expect(type('town', 'id')).toBe('Int!');
  expect(type('town_view', 'id')).toBe('Int');
  expect(type('region_copy', 'name')).toBe('String');
  expect(type('typed', 'needed')).toBe('Int!');
  const writable = (name: string) => {
    const { insertable, updatable, deletable } = table(name).table;
    return [insertable, updatable, deletable];
  };
  expect(writable('town')).toEqual([true, true, true]);
  expect(writable('town_view')).toEqual([true, true, true]);
  expect(writable('town_count')).toEqual([false, false, false]);
  expect(writable('region_copy')).toEqual([false, false, false]);
  expect(
    await data(
      '{ town_count { country towns } region_copy { name } town_view_aggregate { aggregate { count } } }',
    ),
  ).toEqual({
    town_count: [{ country: 'CH', towns: 2 }],
    region_copy: [{ name: 'Bern' }],
    town_view_aggregate: { aggregate: { count: 2 } },
  });
});

test('a foreign table is a table', async () => {
  expect(table('outside').table.kind).toBe('foreign table');
  expect(await data('{ outside { line } }')).toEqual({ outside: [{ line: 'hello' }] });
});

test('domains, enums, composites, ranges and arrays of them', async () => {
  expect(
    await data(
      `{ typed(where: {short: {_like: "a%"}, light: {_eq: "green"}, lights: {_contains: ["red"]}, pair: {_eq: {left_side: 1, right_side: "r"}},
          span: {_eq: "[08:00,09:00)"}, domain_array: {_contains: ["abcd"]}, quoted: {_eq: "q"}, oid: {_eq: 5}, needed: {_in: [2]}}) {
        short needed light lights pair pairs span spans matrix domain_array bits quoted oid class vector query json_list } }`,
    ),
  ).toEqual({
    typed: [
      {
        short: 'abc',
        needed: 2,
        light: 'green',
        lights: ['red'],
        pair: { left_side: 1, right_side: 'r' },
        pairs: { list: [{ left_side: 1, right_side: 'x' }], lit: 'red' },
        span: '[08:00:00,09:00:00)',
        spans: '{[1,3)}',
        matrix: [[1], [2]],
        domain_array: ['abcd'],
        bits: '10101',
        quoted: 'q',
        oid: '5',
        class: 'town',
        vector: "'a':1",
        query: "'a' & 'b'",
        json_list: [{ a: 1 }],
      },
    ],
  });
});

describe('extensions', () => {
  test('their functions and tables are no part of the API', () => {
    const { tables, functions, catalog } = api.model();
    expect(catalog.routines.map((one) => one.name)).not.toContain('similarity');
    expect(functions).toEqual([]);
    expect(tables.flatMap((one) => one.computedFields)).toEqual([]);
  });

  test('their types can be used', async () => {
    expect(
      await data(`{
        citext: extended(where: {name: {_eq: "name"}}) { id name }
        like: extended(where: {name: {_like: "NA%"}}) { id }
        in: extended(where: {name: {_in: ["OTHER", "x"]}}) { id }
        below: extended(where: {path: {_descendant: "a"}}, order_by: {path: desc}) { path }
        above: extended(where: {path: {_ancestor: "a.b"}}, order_by: {id: asc}) { id }
        any: extended(where: {path: {_descendant_any: ["a.b", "z"]}}) { id }
        matches: extended(where: {path: {_matches: "*.b"}}) { id }
        matchesAny: extended(where: {path: {_matches_any: ["*.b", "a"]}}, order_by: {id: asc}) { id }
        fulltext: extended(where: {path: {_matches_fulltext: "b & a"}}) { id }
        array: extended(where: {paths: {_contains: ["a.b"]}}) { id paths store }
        highest: extended_aggregate { aggregate { max { path name } } }
      }`),
    ).toEqual({
      citext: [{ id: 1, name: 'NaMe' }],
      like: [{ id: 1 }],
      in: [{ id: 2 }],
      below: [{ path: 'a.b' }, { path: 'a' }],
      above: [{ id: 1 }, { id: 2 }],
      any: [{ id: 1 }],
      matches: [{ id: 1 }],
      matchesAny: [{ id: 1 }, { id: 2 }],
      fulltext: [{ id: 1 }],
      array: [{ id: 1, paths: ['a', 'a.b'], store: { k: 'v' } }],
      highest: { aggregate: { max: { path: 'a.b', name: 'other' } } },
    });
  });
});

test('tables whose names the schema needs for itself are left out, the others stay', async () => {
  expect(await data('{ ok { id } a { id } b { id } }')).toEqual({ ok: [{ id: 1 }], a: [], b: [] });
  const names = api.model().tables.map((one) => one.name);
  for (const taken of [
    'query_root',
    'mutation_root',
    'order_by',
    'uuid',
    'String',
    'Int',
    'a_aggregate',
    'b_bool_exp',
  ])
    expect(names).not.toContain(taken);
  expect(relationships('ok')).toEqual({});
  expect(api.warnings().filter((one) => /is taken$/.test(one))).toEqual([
    'table public.Int is left out: the name Int is taken',
    'table public.String is left out: the name String is taken',
    'table public.a_aggregate is left out: the name a_aggregate is taken',
    'table public.b_bool_exp is left out: the name b_bool_exp is taken',
    'table public.mutation_root is left out: the name mutation_root is taken',
    'table public.order_by is left out: the name order_by is taken',
    'table public.query_root is left out: the name query_root is taken',
    'table public.uuid is left out: the name uuid is taken',
  ]);
});
