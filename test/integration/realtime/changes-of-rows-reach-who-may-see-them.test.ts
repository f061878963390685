/** `T_changes` over WebSocket: each subscriber gets the changes whose row it may read, before or after, and nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { openSignedIn, type SocketClient, subscribe } from '../../support/socket-client.ts';
import { signHs256 } from '../../support/tokens.ts';

let database: TestDatabase;
let app: TestApp;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table member (room int, who text, primary key (room, who));
    create table message (id int primary key, room int not null, author text, body text, secret text);
    alter table message replica identity full;
    alter table message enable row level security;
    create policy read on message for select to authenticated
      using (author = auth.jwt() ->> 'sub' or exists (
        select from member m where m.room = message.room and m.who = auth.jwt() ->> 'sub'));
    grant select on member to authenticated;
    grant select (id, room, author, body) on message to authenticated;
    create table task (id int primary key, owner text, title text, twice int generated always as (id * 2) stored);
    alter table task enable row level security;
    create policy own on task for select to authenticated using (owner = auth.jwt() ->> 'sub');
    grant select on task to authenticated;
    create table open_list (id int primary key, body text, data jsonb, at timestamptz, big bigint, price numeric);
    grant select on open_list to anon, authenticated;
    insert into member values (1, 'ada'), (1, 'bob'), (2, 'bob');
  `);
  directory = await mkdtemp(join(tmpdir(), 'goforward-changes-'));
  app = await startApp(database, { GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory });
});

afterAll(async () => {
  await app?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

const bearer = (sub: string, more = {}) => ({
  headers: {
    Authorization: `Bearer ${signHs256({ role: 'authenticated', aud: 'authenticated', sub, exp: 4_000_000_000, ...more }, TEST_JWT_SECRET)}`,
  },
});

type Told = Record<string, Record<string, unknown>>;

async function follow(query: string, init?: unknown, variables = {}): Promise<SocketClient> {
  const client = await openSignedIn(app.url, '/graphql', init);
  subscribe(client, 'c', query, variables);
  // A query behind it on the same socket: when it is answered the subscription has begun, or will from a position before.
  await settled(client);
  return client;
}

let asked = 0;
async function settled(client: SocketClient): Promise<void> {
  asked += 1;
  const id = `settled ${asked}`;
  subscribe(client, id, '{ __typename }');
  await client.payloads(id, 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
}

const told = async (client: SocketClient, count: number) =>
  ((await client.payloads('c', count)) as { data: Told }[]).map(({ data }) => Object.values(data)[0]!);

const MESSAGES = `subscription { message_changes { operation
  old { id room author body } new { id room author body } } }`;

test('a change is told to who may read the row before it or after it', async () => {
  const [ada, bob, eve] = await Promise.all(
    ['ada', 'bob', 'eve'].map((who) => follow(MESSAGES, bearer(who))),
  );
  await database.sql(`insert into message values (1, 1, 'ada', 'hi', 's');
    update message set room = 2, author = 'bob' where id = 1;
    update message set body = 'only bob' where id = 1;
    delete from message where id = 1;
    insert into message values (2, 3, 'eve', 'mine', 's')`);
  const before = { id: 1, room: 1, author: 'ada', body: 'hi' };
  const after = { id: 1, room: 2, author: 'bob', body: 'hi' };
  const last = { ...after, body: 'only bob' };
  expect(await told(bob!, 4)).toEqual([
    { operation: 'INSERT', old: null, new: before },
    { operation: 'UPDATE', old: before, new: after },
    { operation: 'UPDATE', old: after, new: last },
    { operation: 'DELETE', old: last, new: null },
  ]);
  expect(await told(ada!, 2)).toEqual([
    { operation: 'INSERT', old: null, new: before },
    { operation: 'UPDATE', old: before, new: null },
  ]);
  expect(await told(eve!, 1)).toEqual([
    { operation: 'INSERT', old: null, new: { id: 2, room: 3, author: 'eve', body: 'mine' } },
  ]);
  await Promise.all([ada, bob, eve].map((client) => client?.close()));
});

test('columns that the role may not read are not there', async () => {
  const client = await openSignedIn(app.url, '/graphql', bearer('ada'));
  for (const query of [
    'subscription { message_changes { new { secret } } }',
    'subscription { message_changes { old { secret } } }',
    'subscription { message_changes(where: {secret: {_eq: "s"}}) { operation } }',
  ]) {
    subscribe(client, query, query);
    const answer = await client.heard(({ id }) => id === query);
    expect(answer).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'validation-failed' } }] });
  }
  subscribe(client, 'x', 'subscription { message_changes { operation } }');
  const anonymous = await openSignedIn(app.url, '/graphql');
  subscribe(anonymous, 'x', 'subscription { message_changes { operation } }');
  expect(await anonymous.heard(({ id }) => id === 'x')).toMatchObject({ type: 'error' });
  await client.close();
  await anonymous.close();
});

test('where the old row is not told, a deletion reaches nobody whose policy needs more than the key', async () => {
  const query =
    'subscription { task_changes { operation old { id title } old_unknown new { id title twice } } }';
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((who) => follow(query, bearer(who))));
  await database.sql(`insert into task values (1, 'ada', 'a'), (2, 'bob', 'b');
    update task set title = 'c' where id = 1; delete from task where id = 1; insert into task values (3, 'ada', 'd')`);
  expect(await told(ada!, 3)).toEqual([
    { operation: 'INSERT', old: null, old_unknown: [], new: { id: 1, title: 'a', twice: 2 } },
    { operation: 'UPDATE', old: null, old_unknown: [], new: { id: 1, title: 'c', twice: 2 } },
    { operation: 'INSERT', old: null, old_unknown: [], new: { id: 3, title: 'd', twice: 6 } },
  ]);
  expect((await told(bob!, 1)).map((one) => one.new)).toEqual([{ id: 2, title: 'b', twice: 4 }]);
  await ada!.close();
  await bob!.close();
});

test('without row security everybody gets everything that the key tells, in the encoding of queries', async () => {
  const columns = 'id body data at big price';
  const query = `subscription { open_list_changes { operation old { ${columns} } old_unknown new { ${columns} } commit_timestamp } }`;
  const client = await follow(query);
  await database.sql(`insert into open_list values (1, 'a "b" \\ ü', '{"k": [1, null]}', '2026-01-02 03:04:05.678+02', 9007199254740993, 1.50);
    delete from open_list; truncate open_list`);
  const [inserted, deleted, truncated] = await told(client, 3);
  await database.sql(
    `insert into open_list values (1, 'a "b" \\ ü', '{"k": [1, null]}', '2026-01-02 03:04:05.678+02', 9007199254740993, 1.50)`,
  );
  const { text } = await app.post('/graphql', { query: `{ open_list_by_pk(id: 1) { ${columns} } }` });
  expect(inserted?.new).toEqual((JSON.parse(text) as { data: Told }).data.open_list_by_pk);
  const row = (message: string | undefined) => /"new":(\{.*\}),"commit_timestamp"/.exec(message ?? '')?.[1];
  const mine = client.texts.filter((one) => one.includes('"id":"c"'));
  expect(text).toContain(row(mine[0]) ?? 'no row');
  expect(deleted).toMatchObject({
    operation: 'DELETE',
    old: { id: 1, body: null },
    old_unknown: ['body', 'data', 'at', 'big', 'price'],
    new: null,
  });
  expect(truncated).toMatchObject({ operation: 'TRUNCATE', old: null, new: null });
  expect(new Date(String(inserted?.commit_timestamp)).getTime()).toBeGreaterThan(Date.now() - 60_000);
  await client.close();
});

test('a condition chooses by the row before or after, and may look at other tables', async () => {
  const query = `subscription($room: Int!) { message_changes(where: {room: {_eq: $room}}) { operation old { id } new { id } } }`;
  const client = await follow(query, bearer('bob'), { room: 2 });
  await database.sql(`insert into message values (10, 1, 'bob', 'x', ''), (11, 2, 'bob', 'y', '');
    update message set room = 1 where id = 11; update message set room = 2 where id = 10`);
  expect(await told(client, 3)).toEqual([
    { operation: 'INSERT', old: null, new: { id: 11 } },
    { operation: 'UPDATE', old: { id: 11 }, new: null },
    { operation: 'UPDATE', old: null, new: { id: 10 } },
  ]);
  await client.close();
});

test('who comes back with a cursor gets what it missed, once; one that is not known any more is refused', async () => {
  const query = 'subscription($c: String) { open_list_changes(cursor: $c) { cursor new { id } } }';
  const first = await follow(query);
  await database.sql(`insert into open_list (id) values (100)`);
  const [{ cursor } = {}] = await told(first, 1);
  await first.close();
  await database.sql(`insert into open_list (id) values (101); insert into open_list (id) values (102)`);
  const second = await follow(query, undefined, { c: cursor });
  await database.sql(`insert into open_list (id) values (103)`);
  expect((await told(second, 3)).map((one) => one.new)).toEqual([{ id: 101 }, { id: 102 }, { id: 103 }]);
  for (const [id, c, code] of [
    ['old', String(cursor).replace(/^[^.]*/, 'another'), 'resume-expired'],
    ['none', 'what?', 'validation-failed'],
  ] as const) {
    subscribe(second, id, query, { c });
    expect(await second.heard((one) => one.id === id)).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code } }],
    });
  }
  await second.close();
});

test('a policy that changes counts from the next change on', async () => {
  const query = 'subscription { task_changes { new { id } } }';
  const client = await follow(query, bearer('zoe'));
  await database.sql(`insert into task values (50, 'ada', 'a'), (51, 'zoe', 'a')`);
  expect(await told(client, 1)).toEqual([{ new: { id: 51 } }]);
  await database.sql(`create policy all_tasks on task for select to authenticated using (true)`);
  await expect
    .poll(async () => {
      await database.sql(`insert into task select max(id) + 1, 'ada', 'later' from task`);
      return client.messages.filter(({ id }) => id === 'c').length;
    })
    .toBeGreaterThan(1);
  await client.close();
});
