/** A socket that the server closes: the reason holds the cursor from which a client goes on without a gap. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openSignedIn, type SocketClient, subscribe } from '../../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
let directory: string;

const serve = () =>
  startApp(database, {
    GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory,
    GOFORWARD_SERVER_SOCKETS_BUFFERED_BYTES: '200000',
  });

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, body text);
    create table other (id int primary key);
    grant select on note, other to anon`);
  directory = await mkdtemp(join(tmpdir(), 'goforward-changes-'));
});
beforeEach(async () => {
  await database.sql('truncate note, other');
  app = await serve();
});
afterEach(() => app.stop());
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

const changesOf = (table: string) =>
  `subscription($cursor: String) { ${table}_changes(cursor: $cursor) { operation new { id } cursor } }`;

/** Begun for sure: what is written from here on is told. */
async function follow(client: SocketClient, id: string, query: string, cursor?: string): Promise<void> {
  subscribe(client, id, query, { cursor: cursor ?? null });
  subscribe(client, `${id}: begun`, '{ __typename }');
  await client.payloads(`${id}: begun`, 1);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

function idsOf(client: SocketClient, id: string): number[] {
  return client.messages
    .filter((message) => message.id === id && message.type === 'next')
    .map(({ payload }) => {
      const { data } = payload as { data: Record<string, { new: { id: number } }> };
      return Object.values(data)[0]!.new.id;
    });
}

const cursorOf = (reason: string) => /; cursor=(\S+)$/.exec(reason)?.[1];

test('1013: who reads nothing is cut off, others are not, and from its cursor on nothing is missing or told twice', async () => {
  const query = changesOf('note').replace('new { id }', 'new { id body }');
  const [slow, quick] = [await openSignedIn(app.url, '/graphql'), await openSignedIn(app.url, '/graphql')];
  await follow(slow, 'c', query);
  await follow(quick, 'c', changesOf('note'));
  slow.raw.pause();
  const rows = 1_500;
  for (let from = 1; from <= rows; from += 100)
    await database.sql(
      `insert into note select n, repeat('x', 20000) from generate_series(${from}, ${from + 99}) n`,
    );
  const all = Array.from({ length: rows }, (_, index) => index + 1);
  await expect.poll(() => idsOf(quick, 'c').length, { timeout: 15_000 }).toBe(rows);
  slow.raw.resume();
  const { code, reason } = await slow.closed;
  expect([code, reason]).toEqual([1013, expect.stringContaining('subscribe anew')]);
  const before = idsOf(slow, 'c');
  expect(before.length).toBeLessThan(rows);
  const again = await openSignedIn(app.url, '/graphql');
  await follow(again, 'c', changesOf('note'), cursorOf(reason));
  await expect.poll(() => before.length + idsOf(again, 'c').length, { timeout: 15_000 }).toBe(rows);
  expect([...before, ...idsOf(again, 'c')]).toEqual(all);
  expect(idsOf(quick, 'c')).toEqual(all);
  await Promise.all([again.close(), quick.close()]);
});

test.each(['graphql-transport-ws', 'graphql-ws'])(
  '1001 over %s: what is written while the server is away is there for who goes on from the cursor',
  async (protocol) => {
    const [path, kind] = protocol === 'graphql-ws' ? ['/v1/graphql', 'start'] : ['/graphql', 'subscribe'];
    const client = await openSignedIn(app.url, path, undefined, { protocol });
    const begin = (id: string, query: string) => client.say({ id, type: kind, payload: { query } });
    begin('n', changesOf('note'));
    begin('o', changesOf('other'));
    begin('live', '{ note { id } }');
    await client.payloads('live', 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await database.sql('insert into note values (1); insert into other values (1)');
    await client.payloads('n', 1);
    await client.payloads('o', 1);
    await app.stop();
    const { code, reason } = await client.closed;
    const cursor = cursorOf(reason);
    expect([code, cursor]).toEqual([1001, expect.any(String)]);
    await database.sql(
      'insert into note values (2); insert into other values (2); insert into note values (3)',
    );
    app = await serve();
    const again = await openSignedIn(app.url, '/graphql');
    await follow(again, 'n', changesOf('note'), cursor);
    await follow(again, 'o', changesOf('other'), cursor);
    await again.payloads('n', 2);
    await again.payloads('o', 1);
    expect([idsOf(again, 'n'), idsOf(again, 'o')]).toEqual([[2, 3], [2]]);
    await again.close();
  },
);

test('a socket that follows no changes is told of no cursor', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'l', 'subscription { note { id } }');
  await client.payloads('l', 1);
  await app.stop();
  expect(cursorOf((await client.closed).reason)).toBeUndefined();
});
