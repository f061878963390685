/** Live queries, streams and changes over WebSocket with a key that has a scope, also where a key without one asks the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openSignedIn, type SocketClient, subscribe } from '../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
let directory: string;
let key: string;
const clients: SocketClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (id int primary key, body text);
    create table secret (id int primary key, note_id int references note, body text);
    insert into note values (1, 'a'); insert into secret values (1, 1, 's');
    alter table note replica identity full; alter table secret replica identity full;
    grant all on note, secret to service_role`);
  directory = await mkdtemp(join(tmpdir(), 'goforward-scopes-'));
  app = await startApp(database, { GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory });
  const query = `mutation { createApiKey(name: "reader", role: "service_role",
    scopes: [{tables: ["public.note"], verbs: [select]}]) { key } }`;
  const { text } = await app.post('/graphql', { query }, app.keys.service);
  key = (JSON.parse(text) as { data: { createApiKey: { key: string } } }).data.createApiKey.key;
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await app?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

async function ask(credential: string, query: string): Promise<SocketClient> {
  const client = await openSignedIn(app.url, '/graphql', { headers: { apikey: credential } });
  clients.push(client);
  subscribe(client, 'x', query);
  return client;
}

const LIVE = 'subscription { secret(order_by: {id: asc}) { body } }';
const RELATED = 'subscription { note { secrets { body } } }';
const STREAM = 'subscription { secret_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { body } }';
const CHANGES = 'subscription { secret_changes { operation new { body } } }';

test.each([
  ['a live query', LIVE],
  ['a relation of one', RELATED],
  ['a stream', STREAM],
  ['changes', CHANGES],
])(
  '%s of what is outside of the scope is refused, though the service follows the same',
  async (_what, query) => {
    const service = await ask(app.keys.service, query);
    if (query !== CHANGES) await service.payloads('x', 1);
    const scoped = await ask(key, query);
    const { payload } = await scoped.heard(({ type }) => type === 'error');
    expect(payload).toMatchObject([
      {
        message: 'The scope of this key does not cover select on public.secret',
        extensions: { code: 'scope-denied', verb: 'select', table: 'public.secret' },
      },
    ]);
    const told = (client: SocketClient) =>
      client.messages.filter(({ id, type }) => id === 'x' && type === 'next').length;
    const before = told(service);
    const change = async () => {
      await database.sql(`update secret set body = body || '!' where id = 1`);
      return told(service);
    };
    if (query !== STREAM) await expect.poll(change, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(told(scoped)).toBe(0);
  },
);

test('what is inside is kept up to date', async () => {
  const live = await ask(key, 'subscription { note { body } }');
  expect(await live.payloads('x', 1)).toEqual([{ data: { note: [{ body: 'a' }] } }]);
  const changes = await ask(key, 'subscription { note_changes { operation new { body } } }');
  const told = ({ messages }: SocketClient) =>
    messages.filter(({ id, type }) => id === 'x' && type === 'next').map(({ payload }) => payload);
  const change = async () => {
    await database.sql(`update note set body = 'b'`);
    return told(changes);
  };
  await expect
    .poll(change, { timeout: 10_000 })
    .toContainEqual({ data: { note_changes: { operation: 'UPDATE', new: { body: 'b' } } } });
  await expect.poll(() => told(live)).toContainEqual({ data: { note: [{ body: 'b' }] } });
});
