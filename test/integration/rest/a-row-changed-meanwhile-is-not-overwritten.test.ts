/** Entity tags: a read of one row tells its version, a write may ask that it is still the same. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi } from '../../support/rest-api.ts';

let database: TestDatabase;
let api: RestApi;

const ASK = { prefer: 'etag=strong' };

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, text text, hidden text);
    create view short as select id, text from note;
    create table half (id int primary key, word text);
    grant select, insert, update, delete on note, short to anon;
    grant select (id), update on half to anon;`);
  api = await openRestApi(database);
});
beforeEach(() =>
  database.sql(
    `truncate note, half; insert into note values (1, 'one', 'a'), (2, 'two', 'b'); insert into half values (1, 'w')`,
  ),
);
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

async function tagOf(path: string, headers: Record<string, string> = ASK): Promise<string> {
  const { status, headers: own } = await api.ask('GET', path, { headers });
  expect(status).toBe(200);
  return String(own.etag);
}

test('only the reads that ask for it, and that are of one row, have a tag', async () => {
  expect(await tagOf('/note?id=eq.1')).toMatch(/^"[0-9a-f]{32}-[\w-]{16}"$/);
  expect(
    await tagOf('/note?id=eq.1&select=id', { ...ASK, accept: 'application/vnd.pgrst.object+json' }),
  ).toMatch(/^"/);
  expect((await api.ask('GET', '/note?id=eq.1', { headers: ASK })).headers['preference-applied']).toBe(
    'etag=strong',
  );
  expect((await api.ask('GET', '/note?id=eq.1')).headers).not.toHaveProperty('etag');
  for (const path of ['/note', '/note?limit=1', '/note?id=eq.9'])
    expect((await api.ask('GET', path, { headers: ASK })).headers).not.toHaveProperty('etag');
});

test('the tag changes with the row, also with what is not shown of it, and with what is shown', async () => {
  const before = await tagOf('/note?id=eq.1&select=id');
  expect(await tagOf('/note?id=eq.1&select=id')).toBe(before);
  expect(await tagOf('/note?id=eq.1')).not.toBe(before);
  await database.sql("update note set hidden = 'z' where id = 1");
  expect(await tagOf('/note?id=eq.1&select=id')).not.toBe(before);
});

test('what the client has already is not sent again', async () => {
  const tag = await tagOf('/note?id=eq.1');
  const again = await api.ask('GET', '/note?id=eq.1', { headers: { 'if-none-match': `"x", W/${tag}` } });
  expect(again).toMatchObject({ status: 304, text: '', headers: { etag: tag } });
  expect(again.headers).not.toHaveProperty('content-type');
  await database.sql("update note set text = 'changed' where id = 1");
  const changed = await api.ask('GET', '/note?id=eq.1', { headers: { 'if-none-match': tag } });
  expect(changed).toMatchObject({ status: 200, json: [{ text: 'changed' }] });
});

test.each(['PATCH', 'DELETE'])('%s with the tag is done once', async (method) => {
  const tag = await tagOf('/note?id=eq.1&select=text');
  const request = { headers: { 'if-match': tag }, body: { text: 'mine' } };
  expect((await api.ask(method, '/note?id=eq.1', request)).status).toBe(204);
  expect(await api.ask(method, '/note?id=eq.1', request)).toMatchObject({
    status: 412,
    json: { code: 'precondition-failed' },
  });
});

test('a row that changed meanwhile stays as it is', async () => {
  const tag = await tagOf('/note?id=eq.1');
  await database.sql("update note set text = 'theirs' where id = 1");
  const { status } = await api.ask('PATCH', '/note?id=eq.1', {
    headers: { 'if-match': tag },
    body: { text: 'mine' },
  });
  expect(status).toBe(412);
  expect(await database.sql('select text from note where id = 1')).toEqual([{ text: 'theirs' }]);
});

test('of two who write at once one is told', async () => {
  const tag = await tagOf('/note?id=eq.1');
  const write = (text: string) =>
    api.ask('PATCH', '/note?id=eq.1', { headers: { 'if-match': tag }, body: { text } });
  const statuses = (await Promise.all([write('a'), write('b')])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([204, 412]);
});

test('a filter that finds other rows as well is no match, and a weak or foreign tag is none', async () => {
  const tag = await tagOf('/note?id=eq.1');
  for (const [path, given] of [
    ['/note?id=lt.3', tag],
    ['/note?id=eq.1', `W/${tag}`],
    ['/note?id=eq.1', '"other"'],
    ['/note?id=eq.9', '*'],
  ] as const)
    expect((await api.ask('DELETE', path, { headers: { 'if-match': given } })).status).toBe(412);
  expect(await database.sql('select count(*)::int as n from note')).toEqual([{ n: 2 }]);
  expect((await api.ask('DELETE', '/note?id=eq.1', { headers: { 'if-match': `"x", ${tag}` } })).status).toBe(
    204,
  );
  expect((await api.ask('DELETE', '/note?id=eq.2', { headers: { 'if-match': '*' } })).status).toBe(204);
});

test('views have versions too, and rows of which not all may be read have none', async () => {
  const tag = await tagOf('/short?id=eq.2');
  expect(
    (await api.ask('PATCH', '/short?id=eq.2', { headers: { 'if-match': tag }, body: { text: 'v' } })).status,
  ).toBe(204);
  expect(await api.ask('GET', '/half?select=id&id=eq.1', { headers: ASK })).toMatchObject({
    status: 401,
    json: { code: '42501' },
  });
});
