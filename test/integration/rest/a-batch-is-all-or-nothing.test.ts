/** `POST /rest/v1/batch`: several requests in one transaction, each with its own answer. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi } from '../../support/rest-api.ts';

let database: TestDatabase;
let api: RestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table author (id int primary key, name text not null, boss int references author deferrable initially deferred);
    create table visit (n int);
    create function pay(sum int) returns int language plpgsql as $$
      begin if sum > 10 then raise sqlstate 'PT402' using message = 'Too much'; end if; insert into visit values (sum); return sum; end $$;
    create function odd_headers() returns void language plpgsql as $$
      begin perform set_config('response.headers', 'no json', true); end $$;
    create function picture() returns bytea stable language sql as $$ select '\\x00ff'::bytea $$;
    grant select, insert, update, delete on author, visit to anon;`);
  api = await openRestApi(database);
});
beforeEach(() => database.sql('truncate author, visit'));
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

interface Part {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

async function batch(parts: unknown, headers: Record<string, string> = {}) {
  const { status, json, headers: own } = await api.ask('POST', '/batch', { body: parts, headers });
  return { status, headers: own, parts: json as Part[] };
}

const count = async (table: string) =>
  (await database.sql(`select count(*)::int as n from ${table}`))[0]?.n as number;

test('each request sees what those before it did, and has its own status, headers and body', async () => {
  const { status, parts } = await batch([
    {
      method: 'POST',
      path: '/author',
      headers: { Prefer: 'return=headers-only' },
      body: { id: 1, name: 'ada' },
    },
    { path: '/author?select=name' },
    {
      method: 'PATCH',
      path: '/author?id=eq.1',
      headers: { prefer: 'return=representation' },
      body: { name: 'eve' },
    },
    { method: 'POST', path: '/rpc/pay', body: { sum: 7 } },
    { path: '/author?select=name', headers: { accept: 'text/csv' } },
    { method: 'DELETE', path: '/author?id=eq.1' },
    { path: '/author', headers: { prefer: 'count=exact' } },
  ]);
  expect(status).toBe(200);
  expect(parts.map((part) => [part.status, part.body])).toEqual([
    [201, null],
    [200, [{ name: 'ada' }]],
    [200, [{ id: 1, name: 'eve', boss: null }]],
    [200, 7],
    [200, 'name\neve'],
    [204, null],
    [200, []],
  ]);
  expect(parts[0]?.headers.location).toBe('/author?id=eq.1');
  expect(parts[6]?.headers['content-range']).toBe('*/0');
  expect(await count('visit')).toBe(1);
});

const INSERT = { method: 'POST', path: '/author', body: { id: 1, name: 'ada' } };

test.each([
  ['a constraint', { method: 'POST', path: '/author', body: { id: 1, name: 'again' } }, 409, '23505'],
  ['a raise', { method: 'POST', path: '/rpc/pay', body: { sum: 11 } }, 402, 'PT402'],
  [
    'a condition of ours',
    { method: 'DELETE', path: '/author?id=eq.9', headers: { accept: 'application/vnd.pgrst.object+json' } },
    406,
    'PGRST116',
  ],
  [
    'a read that finds no row',
    { path: '/author?id=eq.9', headers: { accept: 'application/vnd.pgrst.object+json' } },
    406,
    'PGRST116',
  ],
  [
    'a range beyond the rows',
    { path: '/author?offset=5', headers: { prefer: 'count=exact' } },
    416,
    'PGRST103',
  ],
  ['an answer that cannot be read', { method: 'POST', path: '/rpc/odd_headers' }, 500, 'PGRST111'],
  ['a table that is not there', { path: '/nothing' }, 404, 'PGRST205'],
  ['a filter that cannot be read', { path: '/author?id=wrong' }, 400, 'PGRST100'],
  ['a path that leads nowhere', { path: '/a/b/c' }, 404, 'PGRST125'],
])('%s undoes them all', async (_, part, status, code) => {
  const answer = await batch([INSERT, part, { path: '/author' }]);
  expect(answer.status).toBe(status);
  expect(answer.parts.map((one) => one.status)).toEqual([424, status, 424]);
  expect(answer.parts[1]?.body).toMatchObject({ code });
  expect(answer.parts[0]?.body).toMatchObject({ code: 'batch-undone' });
  expect(await count('author')).toBe(0);
});

test('a constraint that is checked last belongs to the last request', async () => {
  const answer = await batch([{ ...INSERT, body: { id: 1, name: 'ada', boss: 99 } }, { path: '/author' }]);
  expect(answer.parts.map((one) => one.status)).toEqual([424, 409]);
  expect(await count('author')).toBe(0);
});

test('a deferred constraint may be broken in between', async () => {
  const answer = await batch([
    { ...INSERT, body: { id: 1, name: 'ada', boss: 2 } },
    { ...INSERT, body: { id: 2, name: 'bob', boss: 1 } },
  ]);
  expect(answer.status).toBe(200);
  expect(await count('author')).toBe(2);
});

test('a volatile function is not called by GET among writes, where nothing could keep it from writing', async () => {
  const alone = await batch([{ path: '/rpc/pay?sum=1' }]);
  expect(alone.parts[0]).toMatchObject({ status: 405, body: { code: '25006' } });
  const among = await batch([INSERT, { path: '/rpc/pay?sum=1' }]);
  expect(among.parts[1]).toMatchObject({ status: 405, body: { code: 'PGRST101' } });
  expect([await count('visit'), await count('author')]).toEqual([0, 0]);
});

test.each([
  ['no JSON', '{', 'the body is no JSON'],
  ['no list', {}, 'the body is no list'],
  ['nothing', [], 'it has 0 requests, where 1 to 100 are possible'],
  ['too much', Array(101).fill({ path: '/author' }), 'it has 101 requests, where 1 to 100 are possible'],
  ['no object', [1], 'request 1: it is no object'],
  ['no path', [{ path: 'author' }], 'request 1: path must be a text that begins with a slash'],
  ['an odd method', [{ path: '/', method: 'LINK' }], /^request 1: method must be one of/],
  ['odd headers', [{ path: '/', headers: { a: 1 } }], 'request 1: headers must be an object of texts'],
  [
    'another caller',
    [{ path: '/', headers: { Authorization: 'x' } }],
    'request 1: the header authorization is that of the whole batch',
  ],
  ['a slip', [{ path: '/', boddy: 1 }], 'request 1: there is no member "boddy"'],
])('a batch that is %s is refused as a whole, without a connection', async (_, body, details) => {
  const before = api.runner.statementCount;
  const answer = await api.ask('POST', '/batch', { body });
  expect(answer).toMatchObject({
    status: 400,
    json: { code: 'PGRST102', details: expect.stringMatching(details) },
  });
  expect(api.runner.statementCount).toBe(before);
});

test('the session is as new after it', async () => {
  await batch([
    INSERT,
    { path: '/author?id=eq.9', headers: { accept: 'application/vnd.pgrst.object+json' } },
  ]);
  for (let n = 0; n < 8; n += 1) {
    const { json } = await api.ask('GET', '/author', { role: 'anon' });
    expect(json).toEqual([]);
  }
});

test('the whole may be rolled back at its end', async () => {
  const trying = await openRestApi(database, { settings: { transactionEnd: 'commit-allow-override' } });
  const answer = await trying.ask('POST', '/batch', { body: [INSERT], headers: { prefer: 'tx=rollback' } });
  expect(answer).toMatchObject({ status: 200, headers: { 'preference-applied': 'tx=rollback' } });
  expect(await count('author')).toBe(0);
  await trying.close();
});

test('a table called batch was there before', async () => {
  const schema = 'old_names';
  await database.sql(`create schema ${schema}; create table ${schema}.batch (id int); grant usage on schema ${schema} to anon;
    grant insert, select on ${schema}.batch to anon`);
  const old = await openRestApi(database, { schemas: [schema] });
  const answer = await old.ask('POST', '/batch', {
    body: { id: 1 },
    headers: { prefer: 'return=representation' },
  });
  expect(answer).toMatchObject({ status: 201, json: [{ id: 1 }] });
  await old.close();
});
