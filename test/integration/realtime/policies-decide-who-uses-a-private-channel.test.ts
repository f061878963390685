/** Private channels: policies on realtime.messages decide who reads and who writes, for each token anew. */

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
    create table public.seat (room text, who text, may_write boolean, primary key (room, who));
    grant select on public.seat to authenticated;
    insert into public.seat values ('room', 'ada', true), ('room', 'bob', false), ('other', 'eve', true);
    create policy read on realtime.messages for select to authenticated using (exists (
      select from public.seat where room = realtime.topic() and who = auth.jwt() ->> 'sub'));
    create policy write on realtime.messages for insert to authenticated with check (exists (
      select from public.seat where room = realtime.topic() and who = auth.jwt() ->> 'sub' and may_write));
  `);
  directory = await mkdtemp(join(tmpdir(), 'goforward-channels-'));
  app = await startApp(database, {
    GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory,
    GOFORWARD_AUTH_JWT_LEEWAY_SECONDS: '0',
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect();
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
  await rm(directory, { recursive: true, force: true });
});

function channelOf(
  who: string,
  name: string,
  config: Record<string, unknown> = {},
  version: Version = '2.0.0',
): RealtimeChannel {
  const client = connectRealtime(app.url, { key: app.keys.anon, version, token: userToken(who) });
  clients.push(client);
  return client.channel(name, { config: { private: true, ...config } });
}

function heardBy(channel: RealtimeChannel): Record<string, unknown>[] {
  const heard: Record<string, unknown>[] = [];
  channel.on('broadcast', { event: '*' }, (message) => heard.push(message as Record<string, unknown>));
  return heard;
}

describe.each(VERSIONS)('version %s', (version) => {
  test('who may not read a channel may not join it', async () => {
    await expect(joined(channelOf('eve', 'room', {}, version))).rejects.toThrow(
      'Unauthorized: You do not have permissions to read from this Channel topic: room',
    );
    await joined(channelOf('ada', 'room', {}, version));
  });

  test('who may only read is not heard, in broadcast and presence, by socket and by HTTP', async () => {
    const [ada, bob] = [
      channelOf('ada', 'room', {}, version),
      channelOf('bob', 'room', { presence: { key: 'bob', enabled: true } }, version),
    ];
    const heard = heardBy(ada);
    await Promise.all([joined(ada), joined(bob)]);
    await bob.send({ type: 'broadcast', event: 'by socket', payload: {} });
    expect(await bob.track({ here: true })).not.toBe('ok');
    expect(await bob.httpSend('by http', {})).toEqual({ success: true });
    const adaToo = channelOf('ada', 'room', {}, version);
    await joined(adaToo);
    await adaToo.send({ type: 'broadcast', event: 'allowed', payload: {} });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ event: 'allowed' });
    expect(bob.presenceState()).toEqual({});
  });
});

test('what was sent before a channel is left still goes out', async () => {
  const [ada, listener] = [channelOf('ada', 'room'), channelOf('bob', 'room')];
  const heard = heardBy(listener);
  await Promise.all([joined(ada), joined(listener)]);
  void ada.send({ type: 'broadcast', event: 'last words', payload: {} });
  expect(await ada.unsubscribe()).toBe('ok');
  await vi.waitFor(() => expect(heard).toHaveLength(1));
});

test('nobody without a policy reads: neither strangers nor the anonymous', async () => {
  const client = connectRealtime(app.url, { key: app.keys.anon });
  clients.push(client);
  await expect(joined(client.channel('room', { config: { private: true } }))).rejects.toThrow('Unauthorized');
});

test('the service needs no policy', async () => {
  const client = connectRealtime(app.url, { key: app.keys.service });
  clients.push(client);
  await joined(client.channel('any', { config: { private: true } }));
});

test('asking leaves nothing behind', async () => {
  await joined(channelOf('ada', 'room'));
  expect(await database.sql('select * from realtime.messages')).toEqual([]);
});

test('a topic cannot be made of SQL, nor reach another one', async () => {
  for (const name of [
    `room'); delete from public.seat; --`,
    `room' or '1'='1`,
    'room\u0000',
    'ROOM',
    'room ',
    'realtime:room',
  ])
    await expect(joined(channelOf('ada', name))).rejects.toThrow();
  expect(await database.sql('select * from public.seat')).toHaveLength(3);
});

describe('what the database sends', () => {
  test('reaches who may read, with an id, and can be replayed', async () => {
    const ada = channelOf('ada', 'room', { broadcast: { replication_ready: true } });
    const heard = heardBy(ada);
    const ready = new Promise<void>((resolve) => {
      ada.on('system', {}, (message) => {
        if (message.message === 'Replication connection established') resolve();
      });
    });
    await joined(ada);
    await ready;
    const [{ before } = {}] = await database.sql<{ before: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as before',
    );
    await database.sql(`select realtime.send('{"n": 1}', 'first', 'room')`);
    await database.sql(`select realtime.send('{"n": 2}', 'foreign', 'other')`);
    await database.sql(`select realtime.send('{"n": 3}', 'public', 'room', false)`);
    await database.sql(`select realtime.send_binary('\\x00ff', 'bytes', 'room')`);
    await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 5_000 });
    expect(heard[0]).toMatchObject({ event: 'first', payload: { n: 1 }, meta: { id: expect.any(String) } });
    expect(heard[0]?.payload).toMatchObject(heard[0]?.meta as object);
    expect(heard[1]?.event).toBe('bytes');
    expect(Buffer.from(heard[1]?.payload as ArrayBuffer).toString('hex')).toBe('00ff');

    const late = channelOf('ada', 'room', {
      broadcast: { replay: { since: Math.floor(before ?? 0) - 1, limit: 10 } },
    });
    const replayed = heardBy(late);
    await joined(late);
    await vi.waitFor(() => expect(replayed).toHaveLength(2));
    expect(replayed.map(({ event }) => event)).toEqual(['first', 'bytes']);
    expect(replayed[0]).toMatchObject({ payload: { n: 1 }, meta: { replayed: true } });
  });

  test('tells of rows by a trigger', async () => {
    await database.sql(`
      create table public.note (id int primary key, body text);
      create function public.tell() returns trigger language plpgsql security definer as $$ begin
        perform realtime.broadcast_changes('room', tg_op, tg_op, tg_table_name, tg_table_schema, new, old); return null; end $$;
      create trigger tell after insert or update or delete on public.note for each row execute function public.tell();`);
    const ada = channelOf('ada', 'room');
    const heard = heardBy(ada);
    await joined(ada);
    await database.sql(`insert into public.note values (1, 'a'); update public.note set body = 'b'`);
    await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 5_000 });
    expect(heard[1]).toMatchObject({
      event: 'UPDATE',
      payload: {
        operation: 'UPDATE',
        table: 'note',
        schema: 'public',
        record: { id: 1, body: 'b' },
        old_record: { id: 1, body: 'a' },
      },
    });
  });

  test('is refused, and undoes nothing, where a policy forbids it', async () => {
    const before = await database.sql('select id from realtime.messages');
    await database.sql(`begin; set local role anon; select realtime.send('{}', 'e', 'room'); commit`);
    expect(await database.sql('select id from realtime.messages')).toEqual(before);
  });
});

describe('a token', () => {
  test('that is renewed without the right to read ends the channel', async () => {
    const channel = channelOf('ada', 'room');
    const said: string[] = [];
    channel.on('system', {}, (message) => said.push(message.message));
    await joined(channel);
    await channel.socket.setAuth(userToken('eve'));
    await vi.waitFor(() =>
      expect(said).toContain('You no longer have permission to read from this Channel topic: room'),
    );
  });

  test('that expires ends the channel, and says so', async () => {
    const client = connectRealtime(app.url, { key: app.keys.anon });
    clients.push(client);
    await client.setAuth(userToken('ada', { exp: Math.floor(Date.now() / 1000) + 2 }));
    const channel = client.channel('room', { config: { private: true } });
    const said: string[] = [];
    channel.on('system', {}, (message) => said.push(message.message));
    await joined(channel);
    await vi.waitFor(
      () => expect(said.some((one) => /Token has expired \d+ seconds ago/.test(one))).toBe(true),
      { timeout: 15_000 },
    );
  });

  test('is refused with a reason that says what is wrong', async () => {
    const cases = [
      [userToken('ada', { exp: 1 }), /InvalidJWTToken: Token has expired \d+ seconds ago/],
      ['no.token.at-all', /MalformedJWT/],
      [`${userToken('ada').slice(0, -6)}AAAAAA`, /JwtSignatureError|MalformedJWT/],
      [userToken('ada', { exp: undefined }), /InvalidJWTToken: Fields `role` and `exp` are required in JWT/],
    ] as const;
    for (const [token, reason] of cases) {
      const client = connectRealtime(app.url, { key: app.keys.anon });
      clients.push(client);
      const channel = client.channel('room');
      channel.updateJoinPayload({ access_token: token });
      await expect(joined(channel), String(reason)).rejects.toThrow(reason);
    }
  });
});
