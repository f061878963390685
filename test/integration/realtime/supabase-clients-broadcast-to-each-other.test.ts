/** Broadcasts by Supabase's own client, in both versions of its protocol and between them. */
import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { connectRealtime, joined, VERSIONS, type Version } from '../../support/realtime-client.ts';

let database: TestDatabase;
let app: TestApp;
const clients: RealtimeClient[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startApp(database);
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.removeAllChannels();
    await client.disconnect();
  }
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

function client(version: Version): RealtimeClient {
  const made = connectRealtime(app.url, { key: app.keys.anon, version });
  clients.push(made);
  return made;
}

function heardBy(channel: RealtimeChannel): Record<string, unknown>[] {
  const heard: Record<string, unknown>[] = [];
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message as Record<string, unknown>));
  return heard;
}

const pairs = VERSIONS.flatMap((from) => VERSIONS.map((to) => [from, to] as const));

describe.each(pairs)('from %s to %s', (from, to) => {
  test('a broadcast reaches the others and not its sender', async () => {
    const [a, b] = [client(from).channel('room'), client(to).channel('room')];
    const [byA, byB] = [heardBy(a), heardBy(b)];
    await Promise.all([joined(a), joined(b)]);
    expect(await a.send({ type: 'broadcast', event: 'läuft', payload: { n: 1, text: 'ä€𝄞"' } })).toBe('ok');
    await vi.waitFor(() => expect(byB).toHaveLength(1));
    expect(byB[0]).toMatchObject({ type: 'broadcast', event: 'läuft', payload: { n: 1, text: 'ä€𝄞"' } });
    expect(await b.send({ type: 'broadcast', event: 'back', payload: {} })).toBe('ok');
    await vi.waitFor(() => expect(byA).toHaveLength(1));
    expect(byA[0]).toMatchObject({ event: 'back' });
    expect(byB).toHaveLength(1);
  });
});

describe.each(VERSIONS)('version %s', (version) => {
  test('a sender that wants its own broadcasts gets them, and an acknowledgement', async () => {
    const channel = client(version).channel('self', { config: { broadcast: { self: true, ack: true } } });
    const heard = heardBy(channel);
    await joined(channel);
    expect(await channel.send({ type: 'broadcast', event: 'e', payload: { a: [1, null] } })).toBe('ok');
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ event: 'e', payload: { a: [1, null] } });
  });

  test('a broadcast by HTTP reaches who listens', async () => {
    const listener = client(version).channel('http');
    const heard = heardBy(listener);
    await joined(listener);
    const sender = client(version).channel('http');
    const sent = await sender.httpSend('by-http', { text: 'hello' });
    expect(sent).toEqual({ success: true });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ event: 'by-http', payload: { text: 'hello' } });
  });

  test('a channel that was left is silent, and can be joined again', async () => {
    const [a, b] = [client(version), client(version)];
    const sender = await joined(a.channel('again'));
    const first = b.channel('again');
    const before = heardBy(first);
    await joined(first);
    expect(await b.removeChannel(first)).toBe('ok');
    const second = b.channel('again');
    const after = heardBy(second);
    await joined(second);
    await sender.send({ type: 'broadcast', event: 'e', payload: {} });
    await vi.waitFor(() => expect(after).toHaveLength(1));
    expect(before).toEqual([]);
  });
});

test('bytes go from client to client as they are, and nobody of the older version is troubled by them', async () => {
  const [a, b, old] = [
    client('2.0.0').channel('bytes'),
    client('2.0.0').channel('bytes'),
    client('1.0.0').channel('bytes'),
  ];
  const [byB, byOld] = [heardBy(b), heardBy(old)];
  await Promise.all([joined(a), joined(b), joined(old)]);
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await a.send({ type: 'broadcast', event: 'raw', payload: bytes.buffer as never });
  await a.send({ type: 'broadcast', event: 'json', payload: { after: true } });
  await vi.waitFor(() => expect(byOld).toHaveLength(1));
  expect(byOld[0]).toMatchObject({ event: 'json' });
  expect(new Uint8Array(byB[0]?.payload as ArrayBuffer)).toEqual(bytes);
});

test('a private channel and a public one of the same name have nothing to do with each other', async () => {
  await database.sql(`create policy everything on realtime.messages to anon using (true) with check (true)`);
  const open = client('2.0.0').channel('same');
  const closed = client('2.0.0').channel('same', { config: { private: true } });
  const [byOpen, byClosed] = [heardBy(open), heardBy(closed)];
  await Promise.all([joined(open), joined(closed)]);
  const [toOpen, toClosed] = [
    await joined(client('2.0.0').channel('same')),
    await joined(client('2.0.0').channel('same', { config: { private: true } })),
  ];
  await toOpen.send({ type: 'broadcast', event: 'open', payload: {} });
  await toClosed.send({ type: 'broadcast', event: 'closed', payload: {} });
  await vi.waitFor(() => expect([byOpen.length, byClosed.length]).toEqual([1, 1]));
  expect([byOpen[0]?.event, byClosed[0]?.event]).toEqual(['open', 'closed']);
  await database.sql('drop policy everything on realtime.messages');
});
