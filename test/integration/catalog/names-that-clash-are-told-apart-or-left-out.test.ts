import { printType, validateSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const SCHEMA = `
  create schema kinds;
  create type kinds.mood as enum ('sad', 'glad');
  create type kinds.cat_max_fields as (a int);
  create type kinds."String" as enum ('a');
  create type kinds.order_by as enum ('up');
  create table mood (id int primary key, mood kinds.mood, moods kinds.mood[]);
  insert into mood values (1, 'glad', '{sad}');
  create table cat (id int primary key, name text, weight numeric, odd kinds.cat_max_fields, string kinds."String", way kinds.order_by);
  insert into cat (id, name, weight, odd, way) values (1, 'Tom', 5.5, row(7), 'up');
  create table cat_sum_fields (id int primary key);
  create table cat_min_order_by (id int primary key);
  create table cat_aggregate_bool_exp_count (id int primary key);
  create table "String_comparison_exp" (id int primary key);
  create table tsvector (id int primary key, words tsvector);
  insert into tsvector values (1, 'a:1');

  create table finder_args (id int primary key);
  create function finder(word text) returns setof cat language sql stable as $$ select * from cat where name = word $$;
  create function twice(text) returns setof cat language sql stable as $$ select * from cat $$;
  create function twice(int) returns setof cat language sql stable as $$ select * from cat $$;
  create function cat_by_pk() returns setof cat language sql stable as $$ select * from cat $$;
  create function many(variadic text[]) returns setof cat language sql stable as $$ select * from cat $$;
  create function name(cat) returns text language sql stable as $$ select 'shadow' $$;
  create function "odd name"(cat) returns text language sql stable as $$ select 'odd' $$;

  create table owner (id int primary key, dogs_aggregate text, birds text, birds_by_owner_id text);
  create table dog (id int primary key, owner_id int references owner);
  create table bird (id int primary key, owner_id int references owner);
  create table fish (id int primary key, owner int references owner, owner_by_owner text);
  insert into owner values (1, 'text', 'b', 'bb'); insert into dog values (1, 1);

  create table odd ("_and" text, "_or" int, "_not" int, "__hidden" int, "1st" int, "a-b" int, "ünï" int, _ok int, id int primary key)
`;

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(SCHEMA);
  await database.sql(`create table "bad name" (id int primary key); create table "__reserved" (id int);
    grant select on all tables in schema public to anon; grant usage on schema kinds to anon`);
  api = await openDataApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

async function data(query: string): Promise<unknown> {
  const answer = await api.ask(query);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

test('the schema is valid', async () => {
  const { schema } = await api.engine.get('anon');
  expect(validateSchema(schema)).toEqual([]);
});

test('a type that is called like a table is another scalar', async () => {
  const { schema } = await api.engine.get('anon');
  expect(printType(schema.getType('mood')!)).toContain('mood: mood_scalar\n');
  expect(
    await data('{ mood(where: {mood: {_eq: "glad"}, moods: {_contains: ["sad"]}}) { id mood moods } }'),
  ).toEqual({ mood: [{ id: 1, mood: 'glad', moods: ['sad'] }] });
  expect(await data('{ tsvector(where: {words: {_eq: "a:1"}}) { id words } }')).toEqual({
    tsvector: [{ id: 1, words: "'a':1" }],
  });
});

test('a type that is called like a type of a table is another scalar', async () => {
  expect(
    await data(
      '{ cat(where: {odd: {_eq: {a: 7}}, way: {_eq: "up"}}) { odd way } cat_aggregate { aggregate { max { id } } } }',
    ),
  ).toEqual({
    cat: [{ odd: { a: 7 }, way: 'up' }],
    cat_aggregate: { aggregate: { max: { id: 1 } } },
  });
});

test('a list whose aggregate would hide a column takes another name', async () => {
  expect(
    await data(
      '{ owner { dogs_aggregate dogs_by_owner_id { id } dogs_by_owner_id_aggregate { aggregate { count } } } }',
    ),
  ).toEqual({
    owner: [
      {
        dogs_aggregate: 'text',
        dogs_by_owner_id: [{ id: 1 }],
        dogs_by_owner_id_aggregate: { aggregate: { count: 1 } },
      },
    ],
  });
});

test('a computed field never hides a column', async () => {
  expect(await data('{ cat { name } }')).toEqual({ cat: [{ name: 'Tom' }] });
});

test('what cannot be told apart or named is left out, and told once', async () => {
  const expected = [
    'column public.cat.string is left out: its type String has no GraphQL name',
    'column public.odd.1st is left out: "1st" is no GraphQL name',
    'column public.odd.__hidden is left out: "__hidden" is no GraphQL name',
    'column public.odd._and is left out: _and stands for logic in conditions',
    'column public.odd._not is left out: _not stands for logic in conditions',
    'column public.odd._or is left out: _or stands for logic in conditions',
    'column public.odd.a-b is left out: "a-b" is no GraphQL name',
    'column public.odd.ünï is left out: "ünï" is no GraphQL name',
    'computed field cat.name is left out: the name is taken',
    'computed field cat.odd name is left out: "odd name" is no GraphQL name',
    'function public.cat_by_pk is left out: the name cat_by_pk is taken',
    'function public.finder is left out: the name finder_args is taken',
    'function public.twice is left out: GraphQL cannot tell its overloads apart',
    'relationship fish.owner_by_owner of foreign key fish_owner_fkey is left out: the name is taken',
    'relationship owner.birds_by_owner_id of foreign key bird_owner_id_fkey is left out: the name is taken',
    'table public.String_comparison_exp is left out: the name String_comparison_exp is taken',
    'table public.__reserved is left out: "__reserved" is no GraphQL name',
    'table public.bad name is left out: "bad name" is no GraphQL name',
    'table public.cat_aggregate_bool_exp_count is left out: the name cat_aggregate_bool_exp_count is taken',
    'table public.cat_min_order_by is left out: the name cat_min_order_by is taken',
    'table public.cat_sum_fields is left out: the name cat_sum_fields is taken',
  ];
  expect([...api.warnings()].sort()).toEqual(expected);
  await api.catalog.reload();
  await api.catalog.reload();
  expect(api.warnings()).toHaveLength(expected.length);
  await database.sql('create table "new name" (id int)');
  await api.catalog.reload();
  expect(api.warnings().slice(expected.length)).toEqual([
    'table public.new name is left out: "new name" is no GraphQL name',
  ]);
  expect(await data('{ odd { _ok id } }')).toEqual({ odd: [] });
});
