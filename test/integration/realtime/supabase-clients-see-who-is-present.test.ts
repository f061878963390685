/** Presence by Supabase's own client, in both versions of its protocol. */
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
  for (const client of clients.splice(0)) await client.disconnect();
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

interface Told {
  readonly event: string;
  readonly key: string;
  readonly who: unknown[];
}

function present(
  version: Version,
  name: string,
  key = '',
): { channel: RealtimeChannel; told: Told[]; client: RealtimeClient } {
  const client = connectRealtime(app.url, { key: app.keys.anon, version });
  clients.push(client);
  const channel = client.channel(name, { config: { presence: { key, enabled: true } } });
  const told: Told[] = [];
  channel
    .on('presence', { event: 'join' }, ({ key: of, newPresences }) =>
      told.push({ event: 'join', key: of, who: newPresences.map(({ who }) => who) }),
    )
    .on('presence', { event: 'leave' }, ({ key: of, leftPresences }) =>
      told.push({ event: 'leave', key: of, who: leftPresences.map(({ who }) => who) }),
    );
  return { channel, told, client };
}

const stateOf = (channel: RealtimeChannel) =>
  Object.fromEntries(
    Object.entries(channel.presenceState<{ who: string }>()).map(([key, all]) => [
      key,
      all.map(({ who }) => who).sort(),
    ]),
  );

describe.each(VERSIONS)('version %s', (version) => {
  test('all learn who comes, changes and goes, and who comes late learns who is there', async () => {
    const name = `presence ${version}`;
    const [a, b] = [
      present(version, name, 'ada'),
      present(version === '1.0.0' ? '2.0.0' : '1.0.0', name, 'bob'),
    ];
    await Promise.all([joined(a.channel), joined(b.channel)]);
    expect(await a.channel.track({ who: 'Ada' })).toBe('ok');
    await vi.waitFor(() => expect(stateOf(b.channel)).toEqual({ ada: ['Ada'] }));
    expect(await b.channel.track({ who: 'Bob' })).toBe('ok');
    await vi.waitFor(() => expect(stateOf(a.channel)).toEqual({ ada: ['Ada'], bob: ['Bob'] }));
    const late = present(version, name);
    await joined(late.channel);
    await vi.waitFor(() => expect(stateOf(late.channel)).toEqual({ ada: ['Ada'], bob: ['Bob'] }));
    await a.channel.track({ who: 'Ada L.' });
    await vi.waitFor(() => expect(stateOf(late.channel)).toEqual({ ada: ['Ada L.'], bob: ['Bob'] }));
    expect(await b.channel.untrack()).toBe('ok');
    await vi.waitFor(() => expect(stateOf(a.channel)).toEqual({ ada: ['Ada L.'] }));
    expect(a.told).toContainEqual({ event: 'leave', key: 'bob', who: ['Bob'] });
  });

  test('the same key on several sockets is one with several entries; whose socket breaks has left', async () => {
    const name = `same key ${version}`;
    const [a, b, watcher] = [
      present(version, name, 'k'),
      present(version, name, 'k'),
      present(version, name, 'w'),
    ];
    await Promise.all([a, b, watcher].map(({ channel }) => joined(channel)));
    await a.channel.track({ who: 'first' });
    await b.channel.track({ who: 'second' });
    await vi.waitFor(() => expect(stateOf(watcher.channel)).toEqual({ k: ['first', 'second'] }));
    await b.client.disconnect();
    await vi.waitFor(() => expect(stateOf(watcher.channel)).toEqual({ k: ['first'] }));
  });
});

test('a key that is a word of JavaScript is a key', async () => {
  const [a, b] = [present('2.0.0', 'words', '__proto__'), present('2.0.0', 'words', 'constructor')];
  await Promise.all([joined(a.channel), joined(b.channel)]);
  await b.channel.track({ who: 'c' });
  await a.channel.track({ who: 'p' });
  await vi.waitFor(() => expect(a.told.map(({ key }) => key)).toContain('constructor'));
  const late = present('2.0.0', 'words', 'late');
  await joined(late.channel);
  await vi.waitFor(() => expect(Object.keys(stateOf(late.channel))).toContain('constructor'));
});
