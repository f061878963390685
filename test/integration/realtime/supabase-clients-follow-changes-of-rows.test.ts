/** `postgres_changes` by Supabase's own client: filters, columns, row security and types, in both versions of its protocol. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { connectRealtime, joined, userToken, VERSIONS, type Version } from '../../support/realtime-client.ts';

let database: TestDatabase;
let app: TestApp;
let directory: string;
const clients: RealtimeClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table public.person (id int primary key, name text, age int, secret text);
    grant select (id, name, age) on public.person to anon, authenticated;
    create table public.kind (id int primary key, flag boolean, big bigint, price numeric, at timestamptz, day date, tags text[], data jsonb, uid uuid);
    grant select on public.kind to anon;
    create table public.task (id int primary key, owner text, title text);
    alter table public.task enable row level security;
    create policy own on public.task for select to authenticated using (owner = auth.jwt() ->> 'sub');
    grant select on public.task to authenticated;
    create table public.whole (id int primary key, body text);
    alter table public.whole replica identity full;
    grant select on public.whole to anon;
    create table public.hidden (id int primary key);
  `);
  directory = await mkdtemp(join(tmpdir(), 'goforward-postgres-changes-'));
  app = await startApp(database, { GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect();
  await database.sql('truncate public.person, public.task, public.whole, public.kind');
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

type Change = Record<string, unknown> & {
  eventType: string;
  new: Record<string, unknown>;
  old: Record<string, unknown>;
};

let channels = 0;
async function follow(
  wishes: readonly Record<string, unknown>[],
  { token, version = '2.0.0' }: { token?: string; version?: Version } = {},
): Promise<{ changes: Change[][]; system: { status: string; message: string }; channel: RealtimeChannel }> {
  const client = connectRealtime(app.url, {
    key: app.keys.anon,
    version,
    ...(token === undefined ? {} : { token }),
  });
  clients.push(client);
  channels += 1;
  const channel = client.channel(`changes ${channels}`);
  const changes = wishes.map((wish) => {
    const heard: Change[] = [];
    channel.on('postgres_changes', { schema: 'public', event: '*', ...wish } as never, (change: unknown) =>
      heard.push(change as Change),
    );
    return heard;
  });
  const told = new Promise<{ status: string; message: string }>((resolve) => {
    channel.on('system', {}, (message) => resolve(message as never));
  });
  await joined(channel);
  return { changes, system: await told, channel };
}

async function heard(changes: readonly Change[], count: number): Promise<readonly Change[]> {
  await vi.waitFor(() => expect(changes.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });
  return changes;
}

describe.each(VERSIONS)('version %s', (version) => {
  test('insert, update and delete are told, with the columns that may be read', async () => {
    const {
      changes: [all, inserts, deletes],
      system,
    } = await follow(
      [{ table: 'person' }, { table: 'person', event: 'INSERT' }, { table: 'person', event: 'DELETE' }],
      { version },
    );
    expect(system).toMatchObject({ status: 'ok', message: 'Subscribed to PostgreSQL' });
    await database.sql(
      `insert into person values (1, 'Ada', 36, 'x'); update person set age = 37; delete from person`,
    );
    const told = await heard(all!, 3);
    expect(told.map(({ eventType }) => eventType)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    expect(told[0]).toMatchObject({
      schema: 'public',
      table: 'person',
      new: { id: 1, name: 'Ada', age: 36 },
      old: {},
      errors: null,
    });
    expect(told[1]).toMatchObject({ new: { id: 1, name: 'Ada', age: 37 }, old: { id: 1 } });
    expect(told[2]).toMatchObject({ new: {}, old: { id: 1 } });
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(told[0]?.commit_timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(inserts).toHaveLength(1);
    expect(deletes).toHaveLength(1);
  });
});

const PEOPLE = `insert into person values (1, 'Ada', 36), (2, 'Bob', 17), (3, 'a,b', null), (4, null, 50), (5, 'ada', 18)`;
test.each([
  ['id=eq.1', [1]],
  ['name=neq.Ada', [2, 3, 5]],
  ['age=lt.18', [2]],
  ['age=lte.18', [2, 5]],
  ['age=gt.36', [4]],
  ['age=gte.36', [1, 4]],
  ['id=in.(2,4)', [2, 4]],
  ['name=in.(Ada,"a,b")', [1, 3]],
  ['name=like.A%', [1]],
  ['name=ilike.a%', [1, 3, 5]],
  ['name=match.^A', [1]],
  ['name=imatch.^a.a$', [1, 5]],
  ['name=isdistinct.Ada', [2, 3, 4, 5]],
  ['name=is.null', [4]],
  ['name=not.is.null', [1, 2, 3, 5]],
  ['id=not.eq.1', [2, 3, 4, 5]],
  ['id=not.in.(1,2,3)', [4, 5]],
  ['name=eq."a,b"', [3]],
  ['age=gte.18,name=ilike.ada', [1, 5]],
  ["name=eq.'; drop table person; --", []],
])('the filter %s', async (filter, ids) => {
  // The last row fits all of them by another subscription: when it has come, everything has.
  const {
    changes: [filtered, all],
    system,
  } = await follow([{ table: 'person', filter }, { table: 'person' }]);
  expect(system.status).toBe('ok');
  await database.sql(PEOPLE);
  await heard(all!, 5);
  await vi.waitFor(() => expect(filtered?.map((change) => change.new.id)).toEqual(ids));
});

test('columns may be chosen; the key is always there', async () => {
  const {
    changes: [some],
  } = await follow([{ table: 'person', select: ['name'] }]);
  await database.sql(PEOPLE);
  expect((await heard(some!, 5))[0]?.new).toEqual({ id: 1, name: 'Ada' });
});

test('a schema or a table may be any, of those that may be read', async () => {
  const [
    {
      changes: [tables],
    },
    {
      changes: [everything],
    },
  ] = await Promise.all([follow([{ schema: 'public' }]), follow([{ schema: '*' }])]);
  await database.sql(
    `insert into hidden values (${channels}); insert into whole values (1, 'b'); insert into person values (1, 'Ada', 1, 'x')`,
  );
  expect((await heard(tables!, 2)).map(({ table }) => table).sort()).toEqual(['person', 'whole']);
  expect((await heard(everything!, 2)).map(({ table }) => table).sort()).toEqual(['person', 'whole']);
});

test.each([
  [{ table: 'nothing' }],
  [{ table: 'hidden' }],
  [{ table: 'task' }],
  [{ table: 'person', filter: 'secret=eq.x' }],
  [{ table: 'person', filter: 'name=nope.x' }],
  [{ table: 'person', filter: 'name=cs.{x}' }],
  [{ table: 'person', filter: 'no filter' }],
  [{ table: 'person', select: ['secret'] }],
  [{ schema: 'auth', table: 'users' }],
  [{ schema: 'realtime', table: 'messages' }],
])('what may not be followed is refused with a word: %j', async (wish) => {
  const { system } = await follow([wish]);
  expect(system).toMatchObject({
    status: 'error',
    message: expect.stringContaining('Unable to subscribe to changes with given parameters'),
  });
});

test('values arrive as the types of their columns', async () => {
  const {
    changes: [told],
  } = await follow([{ table: 'kind' }]);
  await database.sql(
    `insert into kind values (1, true, 9007199254740993, 1.50, '2026-01-02 03:04:05+00', '2026-01-02', '{a,"b c"}', '{"x": [1]}', '00000000-0000-0000-0000-000000000001')`,
  );
  const [change] = await heard(told!, 1);
  expect(change?.new).toMatchObject({
    id: 1,
    flag: true,
    price: 1.5,
    day: '2026-01-02',
    tags: ['a', 'b c'],
    data: { x: [1] },
    uid: '00000000-0000-0000-0000-000000000001',
  });
  expect(new Date(String(change?.new.at)).toISOString()).toBe('2026-01-02T03:04:05.000Z');
});

test('a table that tells its whole rows tells the old one', async () => {
  const {
    changes: [told],
  } = await follow([{ table: 'whole' }]);
  await database.sql(`insert into whole values (1, 'a'); update whole set body = 'b'; delete from whole`);
  const all = await heard(told!, 3);
  expect(all[1]?.old).toEqual({ id: 1, body: 'a' });
  expect(all[2]?.old).toEqual({ id: 1, body: 'b' });
});

test('row security decides who is told, and no key of a foreign row gets out with its end', async () => {
  const [ada, bob] = await Promise.all([
    follow([{ table: 'task' }], { token: userToken('ada') }),
    follow([{ table: 'task' }], { token: userToken('bob') }),
  ]);
  await database.sql(`insert into task values (1, 'ada', 'a'), (2, 'bob', 'b'); update task set title = 'c';
    update task set owner = 'bob' where id = 1; delete from task; insert into task values (3, 'ada', 'last'), (4, 'bob', 'last')`);
  const toAda = await heard(ada.changes[0]!, 3);
  const toBob = await heard(bob.changes[0]!, 4);
  expect(toAda.map((change) => [change.eventType, change.new.id])).toEqual([
    ['INSERT', 1],
    ['UPDATE', 1],
    ['INSERT', 3],
  ]);
  expect(toBob.map((change) => [change.eventType, change.new.id])).toEqual([
    ['INSERT', 2],
    ['UPDATE', 2],
    ['UPDATE', 1],
    ['INSERT', 4],
  ]);
});

test('another token is another view, from then on', async () => {
  const {
    changes: [told],
    channel,
  } = await follow([{ table: 'task' }], { token: userToken('ada') });
  await database.sql(`insert into task values (1, 'ada', 'a')`);
  await heard(told!, 1);
  await channel.socket.setAuth(userToken('bob'));
  await vi.waitFor(
    async () => {
      await database.sql(
        `insert into task values (10, 'bob', 'b') on conflict (id) do update set title = 'again'`,
      );
      expect(told?.some((change) => change.new.id === 10)).toBe(true);
    },
    { timeout: 5_000, interval: 100 },
  );
  const seen = told?.length ?? 0;
  await database.sql(`insert into task values (11, 'ada', 'a'), (12, 'bob', 'b')`);
  await vi.waitFor(() => expect(told?.slice(seen).some((change) => change.new.id === 12)).toBe(true));
  expect(told?.some((change) => change.new.id === 11)).toBe(false);
});

test('a long value is left out of an event that is too long', async () => {
  const {
    changes: [told],
  } = await follow([{ table: 'whole' }]);
  await database.sql(`insert into whole values (1, repeat('x', 1200000))`);
  const [change] = await heard(told!, 1);
  expect(change).toMatchObject({ new: { id: 1 }, errors: ['Error 413: Payload Too Large'] });
  expect(change?.new.body).toBeFalsy();
});

test('a publication of the name supabase_realtime decides which tables may be followed', async () => {
  await database.sql('create publication supabase_realtime for table public.whole');
  const [{ system: listed }, { system: other }] = await Promise.all([
    follow([{ table: 'whole' }]),
    follow([{ table: 'person' }]),
  ]);
  await database.sql('drop publication supabase_realtime');
  expect([listed.status, other.status]).toEqual(['ok', 'error']);
});
