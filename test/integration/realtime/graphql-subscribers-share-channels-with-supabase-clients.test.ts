/** `subscription { channel }`, `broadcast` and presence in GraphQL, in the same channels as Supabase's clients. */
import type { RealtimeClient } from '@supabase/realtime-js';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { connectRealtime, joined, userToken } from '../../support/realtime-client.ts';
import { openSignedIn, type SocketClient, subscribe } from '../../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
const sockets: SocketClient[] = [];
const clients: RealtimeClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create policy read on realtime.messages for select to authenticated using (realtime.topic() = 'of ' || (auth.jwt() ->> 'sub') or realtime.topic() = 'all');
    create policy write on realtime.messages for insert to authenticated with check (realtime.topic() = 'of ' || (auth.jwt() ->> 'sub'));`);
  app = await startApp(database);
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  for (const client of clients.splice(0)) await client.disconnect();
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

interface Happened {
  readonly kind: string;
  readonly subscription: string | null;
  readonly event: string | null;
  readonly payload: unknown;
  readonly bytes: string | null;
  readonly joins: { key: string; payload: unknown }[] | null;
  readonly leaves: { key: string; payload: unknown }[] | null;
}

const CHANNEL = `subscription ($topic: String!, $private: Boolean, $presence: JSON, $key: String) {
  channel(topic: $topic, private: $private, presence: $presence, presenceKey: $key) {
    kind subscription event payload bytes joins { key payload } leaves { key payload } } }`;

async function open(sub?: string): Promise<SocketClient> {
  const init = sub === undefined ? undefined : { headers: { Authorization: `Bearer ${userToken(sub)}` } };
  const socket = await openSignedIn(app.url, '/graphql', init);
  sockets.push(socket);
  return socket;
}

async function happened(socket: SocketClient, count: number): Promise<Happened[]> {
  const payloads = (await socket.payloads('c', count)) as { data: { channel: Happened } }[];
  return payloads.map(({ data }) => data.channel);
}

async function ask(query: string, variables: object, key?: string) {
  const { text } = await app.post('/graphql', { query, variables }, key);
  return JSON.parse(text) as { data: unknown; errors?: { message: string; extensions: { code: string } }[] };
}

const BROADCAST = `mutation ($topic: String!, $payload: JSON!, $private: Boolean) {
  broadcast(topic: $topic, event: "e", payload: $payload, private: $private) }`;

function supabase() {
  const client = connectRealtime(app.url, { key: app.keys.anon });
  clients.push(client);
  return client;
}

test('broadcasts go both ways between GraphQL and Supabase’s clients', async () => {
  const socket = await open();
  subscribe(socket, 'c', CHANNEL, { topic: 'mixed' });
  expect(await happened(socket, 1)).toMatchObject([{ kind: 'JOINED', joins: [] }]);
  const channel = supabase().channel('mixed');
  const heard: unknown[] = [];
  channel.on('broadcast', { event: 'e' }, ({ payload }) => heard.push(payload));
  await joined(channel);
  await channel.send({ type: 'broadcast', event: 'hi', payload: { n: 1 } });
  await channel.send({ type: 'broadcast', event: 'raw', payload: Uint8Array.of(0, 255).buffer as never });
  expect(await ask(BROADCAST, { topic: 'mixed', payload: { n: 2 } })).toEqual({ data: { broadcast: true } });
  const all = await happened(socket, 4);
  expect(all.slice(1)).toMatchObject([
    { kind: 'BROADCAST', event: 'hi', payload: { n: 1 }, bytes: null, joins: null },
    { kind: 'BROADCAST', event: 'raw', payload: null, bytes: 'AP8=' },
    { kind: 'BROADCAST', event: 'e', payload: { n: 2 } },
  ]);
  await vi.waitFor(() => expect(heard).toEqual([{ n: 2 }]));
});

test('presence lives with the subscription', async () => {
  const channel = supabase().channel('presence', { config: { presence: { key: 'watcher', enabled: true } } });
  await joined(channel);
  const state = () =>
    Object.fromEntries(
      Object.entries(channel.presenceState<{ mood: string }>()).map(([key, all]) => [
        key,
        all.map(({ mood }) => mood),
      ]),
    );
  const socket = await open('ada');
  subscribe(socket, 'c', CHANNEL, { topic: 'presence', presence: { mood: 'fine' }, key: 'ada' });
  await vi.waitFor(() => expect(state()).toEqual({ ada: ['fine'] }));
  const [first] = await happened(socket, 1);
  expect(first).toMatchObject({ kind: 'JOINED', joins: [{ key: 'ada', payload: { mood: 'fine' } }] });
  const track = `mutation ($s: ID!) { trackPresence(subscription: $s, payload: {mood: "better"}) }`;
  expect(await ask(track, { s: first?.subscription }, userToken('ada'))).toEqual({
    data: { trackPresence: true },
  });
  await vi.waitFor(() => expect(state()).toEqual({ ada: ['better'] }));
  const told = await happened(socket, 2);
  expect(told[1]).toMatchObject({
    kind: 'PRESENCE',
    joins: [{ payload: { mood: 'better' } }],
    leaves: [{ payload: { mood: 'fine' } }],
  });
  await socket.close();
  await vi.waitFor(() => expect(state()).toEqual({}));
});

test('nobody changes the presence of another one’s subscription', async () => {
  const socket = await open('ada');
  subscribe(socket, 'c', CHANNEL, { topic: 'mine' });
  const [first] = await happened(socket, 1);
  for (const key of [userToken('eve'), undefined]) {
    const answer = await ask(
      'mutation ($s: ID!) { untrackPresence(subscription: $s) }',
      { s: first?.subscription },
      key,
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('not-found');
  }
});

test('policies decide about private channels, and say so', async () => {
  const [ada, eve] = [await open('ada'), await open('eve')];
  subscribe(ada, 'c', CHANNEL, { topic: 'of ada', private: true });
  await happened(ada, 1);
  subscribe(eve, 'c', CHANNEL, { topic: 'of ada', private: true });
  const refused = await eve.heard(({ type }) => type === 'error');
  expect(JSON.stringify(refused.payload)).toContain('permission-error');
  const denied = await ask(BROADCAST, { topic: 'of ada', payload: {}, private: true }, userToken('eve'));
  expect(denied.errors?.[0]?.extensions.code).toBe('permission-error');
  const sent = await ask(BROADCAST, { topic: 'of ada', payload: { n: 1 }, private: true }, userToken('ada'));
  expect(sent).toEqual({ data: { broadcast: true } });
  expect((await happened(ada, 2))[1]).toMatchObject({ payload: { n: 1 } });
  subscribe(eve, 'd', CHANNEL, { topic: 'all', private: true, presence: { here: true } });
  const unseen = await eve.heard(({ type, id }) => type === 'error' && id === 'd');
  expect(JSON.stringify(unseen.payload)).toContain('write presence');
});

test('a broadcast without topic, or too large, is refused', async () => {
  expect((await ask(BROADCAST, { topic: '', payload: {} })).errors?.[0]?.extensions.code).toBe(
    'validation-failed',
  );
  const large = await ask(BROADCAST, { topic: 'x', payload: { text: 'x'.repeat(3 * 1024 * 1024) } });
  expect(large.errors?.[0]?.extensions.code).toBe('payload-too-large');
});

test('a table called channel keeps its name, and channels have another one', async () => {
  await database.sql(
    'create table public.channel (id int primary key); grant select on public.channel to anon',
  );
  await vi.waitFor(async () => expect((await ask('{ channel { id } }', {})).data).toEqual({ channel: [] }), {
    timeout: 5_000,
  });
  const socket = await open();
  subscribe(socket, 'c', 'subscription { channel { id } }');
  expect(await socket.payloads('c', 1)).toEqual([{ data: { channel: [] } }]);
  subscribe(socket, 'r', 'subscription { realtimeChannel(topic: "t") { kind } }');
  expect(await socket.payloads('r', 1)).toEqual([{ data: { realtimeChannel: { kind: 'JOINED' } } }]);
  await database.sql('drop table public.channel');
});
