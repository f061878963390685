/** Two servers over one database and one Redis: broadcasts and presence reach across, and a Redis that is dead or frozen harms nobody. */
import type { RealtimeChannel, RealtimeClient } from '@supabase/realtime-js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { connectRealtime, joined } from '../../support/realtime-client.ts';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../../support/server-process.ts';
import { signHs256 } from '../../support/tokens.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const KEY = signHs256({ role: 'anon', exp: 4_000_000_000 }, TEST_JWT_SECRET);

// Without a redis-server on the machine there is nothing to share.
describe.skipIf(!hasRedis)('through Redis', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let servers: ServerProcess[];
  const folders: { path: string; remove: () => void }[] = [];
  const clients: RealtimeClient[] = [];

  beforeAll(async () => {
    [redis, database] = await Promise.all([startRedis(), createTestDatabase()]);
    servers = [await start(), await start()];
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.disconnect();
  });
  afterAll(async () => {
    redis?.thaw();
    for (const { child, ended } of servers ?? []) {
      child.kill('SIGKILL');
      await ended;
    }
    await redis?.kill();
    await database?.drop();
    for (const folder of folders) folder.remove();
  });

  function start(): Promise<ServerProcess> {
    const folder = temporaryFolder();
    folders.push(folder);
    return startServer(['start'], {
      cwd: folder.path,
      env: {
        GOFORWARD_SERVER_PORT: '0',
        GOFORWARD_DATABASE_URL: database.adminUrl,
        GOFORWARD_AUTH_JWT_SECRET: TEST_JWT_SECRET,
        GOFORWARD_REDIS_URL: redis.url,
        GOFORWARD_REALTIME_CHANNELS_PRESENCE_CALLS: '1000',
      },
    });
  }

  function channelAt(server: ServerProcess, name: string, key = ''): RealtimeChannel {
    const client = connectRealtime(server.url, { key: KEY });
    clients.push(client);
    return client.channel(name, { config: { broadcast: { ack: true }, presence: { key, enabled: true } } });
  }

  function heardBy(channel: RealtimeChannel): number[] {
    const heard: number[] = [];
    channel.on('broadcast', { event: 'n' }, ({ payload }) => heard.push((payload as { n: number }).n));
    return heard;
  }

  const send = (channel: RealtimeChannel, n: number) =>
    channel.send({ type: 'broadcast', event: 'n', payload: { n } });
  const present = (channel: RealtimeChannel) => Object.keys(channel.presenceState()).sort();

  test('broadcasts and presence of one are those of the other', async () => {
    const [a, b] = [channelAt(servers[0]!, 'both', 'a'), channelAt(servers[1]!, 'both', 'b')];
    const heard = heardBy(b);
    await Promise.all([joined(a), joined(b)]);
    await a.track({ at: 0 });
    await b.track({ at: 1 });
    await vi.waitFor(
      () =>
        expect([present(a), present(b)]).toEqual([
          ['a', 'b'],
          ['a', 'b'],
        ]),
      PATIENCE,
    );
    for (let n = 0; n < 50; n += 1) expect(await send(a, n)).toBe('ok');
    await vi.waitFor(() => expect(heard).toEqual(Array.from({ length: 50 }, (_, n) => n)), PATIENCE);
    await a.untrack();
    await vi.waitFor(() => expect(present(b)).toEqual(['b']), PATIENCE);
  });

  const faults: [string, () => void | Promise<void>, () => void | Promise<void>][] = [
    ['dead', () => redis.kill(), () => redis.start()],
    ['frozen', () => redis.freeze(), () => redis.thaw()],
  ];
  test.each(faults)(
    'a Redis that is %s stops nobody from talking here; when it is back all is as before',
    async (name, harm, heal) => {
      const [a, near, far] = [
        channelAt(servers[0]!, name, 'a'),
        channelAt(servers[0]!, name, 'near'),
        channelAt(servers[1]!, name, 'far'),
      ];
      const [byNear, byFar] = [heardBy(near), heardBy(far)];
      await Promise.all([joined(a), joined(near), joined(far)]);
      await a.track({});
      await vi.waitFor(() => expect(present(far)).toEqual(['a']), PATIENCE);
      await harm();
      const before = byNear.length;
      for (let n = 0; n < 20; n += 1) expect(await send(a, n)).toBe('ok');
      await vi.waitFor(() => expect(byNear.length - before).toBe(20), PATIENCE);
      expect(await near.track({})).toBe('ok');
      await vi.waitFor(() => expect(present(a)).toEqual(['a', 'near']), PATIENCE);
      const late = channelAt(servers[0]!, name, 'late');
      await joined(late);
      await heal();
      await vi.waitFor(() => expect(present(far)).toEqual(['a', 'near']), PATIENCE);
      await vi.waitFor(async () => {
        await send(a, 1_000);
        expect(byFar).toContain(1_000);
      }, PATIENCE);
    },
    60_000,
  );

  test('who was present in a process that died is gone', async () => {
    const third = await start();
    const [gone, stays] = [channelAt(third, 'dying', 'gone'), channelAt(servers[0]!, 'dying', 'stays')];
    await Promise.all([joined(gone), joined(stays)]);
    await gone.track({});
    await vi.waitFor(() => expect(present(stays)).toEqual(['gone']), PATIENCE);
    third.child.kill('SIGKILL');
    await third.ended;
    await vi.waitFor(() => expect(present(stays)).toEqual([]), PATIENCE);
  }, 60_000);
});
