/** PostgreSQL's grants and policies are the only rule: a write over REST does and tells what plain SQL of that caller would. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openRestApi, type RestApi, type RestRequestOptions } from '../../support/rest-api.ts';

let database: TestDatabase;
let api: RestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, owner text not null, text text, secret text, is_open boolean default false);
    create table page (id int primary key, note_id int references note on delete cascade, text text);
    alter table note enable row level security;
    alter table page enable row level security;
    create policy seen on note for select using (is_open or owner = current_setting('request.jwt.claims')::json ->> 'sub');
    create policy own on note for insert with check (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    create policy changed on note for update using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    create policy gone on note for delete using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    create policy of_note on page using (exists (select from note n where n.id = note_id));
    grant select (id, owner, text, is_open), insert, update (text, owner), delete on note to authenticated;
    grant select, insert, update, delete on page to authenticated;
    create function seen() returns table (id int, owner text) language sql stable as $$ select id, owner from note $$;
    create function leak() returns setof note language sql stable as $$ select * from note $$;
    create function count_all() returns bigint security definer language sql stable as $$ select count(*) from note $$;
    create function hidden() returns int language sql as $$ select 1 $$;
    revoke execute on function hidden() from public;`);
  api = await openRestApi(database);
});
beforeEach(() =>
  database.sql(`
    truncate note, page;
    insert into note values (1, 'ada', 'a', 's', false), (2, 'bob', 'b', 's', false), (3, 'bob', 'c', 's', true);
    insert into page values (1, 1, 'p'), (2, 2, 'q');`),
);
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

const ADA = { role: 'authenticated', claims: { sub: 'ada' } };
const FULL = { prefer: 'return=representation' };
const ask = (method: string, path: string, options: RestRequestOptions = {}) =>
  api.ask(method, path, { ...ADA, ...options });
const rows = () => database.sql('select id, owner, text from note order by id');

test('rows of others are not there to be changed', async () => {
  expect(
    (await ask('PATCH', '/note', { body: { text: 'x' }, headers: { prefer: 'count=exact' } })).headers[
      'content-range'
    ],
  ).toBe('0-0/1');
  expect(
    (await ask('DELETE', '/note?id=eq.3', { headers: { prefer: 'count=exact' } })).headers['content-range'],
  ).toBe('*/0');
  expect(await rows()).toEqual([
    { id: 1, owner: 'ada', text: 'x' },
    { id: 2, owner: 'bob', text: 'b' },
    { id: 3, owner: 'bob', text: 'c' },
  ]);
});

test('a row may neither be made nor become that of another', async () => {
  const refused = { status: 403, json: { code: '42501' } };
  expect(
    await ask('POST', '/note', {
      body: [
        { id: 7, owner: 'ada' },
        { id: 8, owner: 'bob' },
      ],
    }),
  ).toMatchObject(refused);
  expect(await ask('PATCH', '/note?id=eq.1', { body: { owner: 'bob' } })).toMatchObject(refused);
  expect(await ask('PUT', '/note?id=eq.2', { body: { id: 2, owner: 'ada' } })).toMatchObject(refused);
  expect(await rows()).toHaveLength(3);
});

test('columns that are not granted are neither written nor shown', async () => {
  expect((await ask('PATCH', '/note?id=eq.1', { body: { secret: 'x' } })).status).toBe(403);
  expect((await ask('PATCH', '/note?id=eq.1', { body: { text: 'x' }, headers: FULL })).status).toBe(403);
  expect(
    (await ask('PATCH', '/note?id=eq.1&select=text', { body: { text: 'x' }, headers: FULL })).json,
  ).toEqual([{ text: 'x' }]);
  expect((await ask('DELETE', '/note?secret=eq.s')).status).toBe(403);
  expect(await rows()).toHaveLength(3);
});

test('a write through the door of another is the same write', async () => {
  expect((await ask('POST', '/page', { body: { id: 9, note_id: 2, text: 'x' } })).status).toBe(403);
  const { json } = await ask('POST', '/page?select=text,note(owner)', {
    body: { id: 9, note_id: 3, text: 'x' },
    headers: FULL,
  });
  expect(json).toEqual([{ text: 'x', note: { owner: 'bob' } }]);
  const batch = await ask('POST', '/batch', {
    body: [
      { method: 'DELETE', path: '/page' },
      { method: 'PATCH', path: '/note?id=eq.2', body: { text: 'x' }, headers: FULL },
    ],
  });
  expect(batch.status).toBe(403);
  expect(await database.sql('select count(*)::int as n from page')).toEqual([{ n: 3 }]);
});

test('a version does not tell of a row that is hidden', async () => {
  const tag = '"00000000000000000000000000000000-x"';
  expect((await ask('DELETE', '/page?id=eq.2', { headers: { 'if-match': tag } })).status).toBe(412);
  expect((await ask('DELETE', '/page?id=eq.999', { headers: { 'if-match': tag } })).status).toBe(412);
});

test('functions run as the caller, unless their owner wrote otherwise', async () => {
  expect((await ask('POST', '/rpc/seen?select=id&order=id')).json).toEqual([{ id: 1 }, { id: 3 }]);
  expect((await ask('POST', '/rpc/leak')).status).toBe(403);
  expect((await ask('POST', '/rpc/count_all')).json).toBe(3);
  expect(await ask('POST', '/rpc/hidden')).toMatchObject({ status: 403, json: { code: '42501' } });
  expect((await api.ask('POST', '/rpc/hidden')).status).toBe(401);
});

test('what is prepared for one caller serves no other', async () => {
  const path = '/note?select=id&order=id';
  const BOB = { role: 'authenticated', claims: { sub: 'bob' } };
  for (let n = 0; n < 3; n += 1) {
    expect((await ask('GET', path)).json).toEqual([{ id: 1 }, { id: 3 }]);
    expect((await api.ask('GET', path, BOB)).json).toEqual([{ id: 2 }, { id: 3 }]);
    expect((await api.ask('GET', path)).status).toBe(401);
    const body = { text: `${n}` };
    expect((await ask('PATCH', path, { body, headers: FULL })).json).toEqual([{ id: 1 }]);
    expect((await api.ask('PATCH', path, { ...BOB, body, headers: FULL })).json).toEqual([
      { id: 2 },
      { id: 3 },
    ]);
    expect((await api.ask('PATCH', path, { body, headers: FULL })).status).toBe(401);
  }
  expect(await rows()).toEqual([
    { id: 1, owner: 'ada', text: '2' },
    { id: 2, owner: 'bob', text: '2' },
    { id: 3, owner: 'bob', text: '2' },
  ]);
});
