/** A request that cannot be right costs no statement and no connection: nothing is sent to PostgreSQL. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi, type RestRequestOptions } from '../../support/rest-api.ts';

let database: TestDatabase;
let api: RestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table maker (id int primary key, name text);
    create table item (id int primary key, name text, maker_id int references maker, other_maker_id int references maker);
    create function add(a int, b int) returns int immutable language sql as 'select a + b';
    create function twice(n int) returns int immutable language sql as 'select n * 2';
    create function twice(n text) returns text immutable language sql as 'select n || n';
    grant select, insert, update, delete on maker, item to anon;`);
  api = await openRestApi(database);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const REFUSALS: readonly (readonly [string, string, string, number, string, RestRequestOptions?])[] = [
  ['no such table', 'GET', '/itm', 404, 'PGRST205'],
  ['no such column', 'GET', '/item?select=nam', 400, '42703'],
  ['no such column in a filter', 'GET', '/item?nam=eq.1', 400, '42703'],
  ['no such column in an order', 'GET', '/item?order=nam', 400, '42703'],
  ['no such relation', 'GET', '/item?select=*,basket(*)', 400, 'PGRST200'],
  ['a relation that could be two', 'GET', '/item?select=*,maker(*)', 300, 'PGRST201'],
  ['a filter on what is not embedded', 'GET', '/item?maker.id=eq.1', 400, 'PGRST108'],
  ['a filter that cannot be read', 'GET', '/item?id=wrong.1', 400, 'PGRST100'],
  ['a select that cannot be read', 'GET', '/item?select=id->', 400, 'PGRST100'],
  ['an aggregate', 'GET', '/item?select=id.sum()', 400, 'PGRST123'],
  ['a cast to no type', 'GET', '/item?select=id::nothing', 400, '42704'],
  ['a range that is none', 'GET', '/item', 416, 'PGRST103', { headers: { range: '5-1' } }],
  ['a schema that is not served', 'GET', '/item', 406, 'PGRST106', { headers: { 'accept-profile': 'auth' } }],
  ['a media type that cannot be made', 'GET', '/item', 406, 'PGRST107', { headers: { accept: 'image/png' } }],
  [
    'a preference that is unknown',
    'GET',
    '/item',
    400,
    'PGRST122',
    { headers: { prefer: 'handling=strict, x' } },
  ],
  ['a path that leads nowhere', 'GET', '/item/1/2', 404, 'PGRST125'],
  ['a method that is none', 'TRACE', '/item', 405, 'PGRST117'],
  ['a body that is no JSON', 'POST', '/item', 400, 'PGRST102', { body: '{' }],
  ['rows of different keys', 'POST', '/item', 400, 'PGRST102', { body: [{ id: 1 }, { name: 'x' }] }],
  ['a column that is not there', 'POST', '/item', 400, 'PGRST204', { body: { nothing: 1 } }],
  ['columns that are not there', 'PATCH', '/item?columns=nothing', 400, 'PGRST204', { body: { id: 1 } }],
  [
    'a conflict on no column',
    'POST',
    '/item?on_conflict=nothing',
    400,
    '42703',
    {
      body: { id: 1 },
      headers: { prefer: 'resolution=merge-duplicates' },
    },
  ],
  [
    'a body of another kind',
    'POST',
    '/item',
    400,
    'PGRST102',
    { body: 'x', headers: { 'content-type': 'image/png' } },
  ],
  ['a PUT without its key', 'PUT', '/item', 405, 'PGRST105', { body: { id: 1 } }],
  ['a PUT of another row', 'PUT', '/item?id=eq.1&limit=1', 400, 'PGRST114', { body: { id: 1 } }],
  ['no such function', 'GET', '/rpc/ad', 404, 'PGRST202'],
  ['no such arguments', 'POST', '/rpc/add', 404, 'PGRST202', { body: { a: 1 } }],
  ['arguments of two functions', 'POST', '/rpc/twice', 300, 'PGRST203', { body: { n: 1 } }],
  ['a function by DELETE', 'DELETE', '/rpc/add', 405, 'PGRST101'],
  [
    'a limit to rows of no set',
    'POST',
    '/rpc/add',
    400,
    'PGRST128',
    {
      body: { a: 1, b: 2 },
      headers: { prefer: 'handling=strict, max-affected=1' },
    },
  ],
  ['a method on what is no function', 'OPTIONS', '/rpc/nothing', 404, 'PGRST202'],
];

const CASES = REFUSALS.map(([what, method, path, status, code, options]) => ({
  ...{ what, method, path, status, code },
  options: options ?? {},
}));

test.each(CASES)('$what: $method $path', async ({ method, path, status, code, options }) => {
  const before = api.runner.statementCount;
  const answer = await api.ask(method, path, options);
  expect(answer).toMatchObject({ status, json: { code } });
  expect(Object.keys(answer.json as object).sort()).toEqual(['code', 'details', 'hint', 'message']);
  expect(api.runner.statementCount).toBe(before);
});

test('what is right costs one statement', async () => {
  const right: readonly (readonly [string, string, RestRequestOptions])[] = [
    ['GET', '/item?select=id,maker!maker_id(name)&id=eq.1', {}],
    ['POST', '/item', { body: { id: 1 } }],
    ['POST', '/rpc/add', { body: { a: 1, b: 2 } }],
    ['DELETE', '/item?id=eq.1', {}],
  ];
  for (const [method, path, options] of right) {
    const before = api.runner.statementCount;
    expect((await api.ask(method, path, options)).status).toBeLessThan(300);
    expect(api.runner.statementCount - before).toBe(1);
  }
});
