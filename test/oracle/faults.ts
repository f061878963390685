/** Two servers over one PostgreSQL and one Redis, and everything that may happen to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { freePort, type ScratchCluster, startScratchCluster } from '../support/scratch-cluster.ts';
import { type ServerProcess, startServer, temporaryFolder } from '../support/server-process.ts';
import type { Random } from './world.ts';

export const SECRET = 'a secret of the oracle, long enough to sign tokens with';
const SERVERS = 2;
const FROZEN_MS = 1_500;

export const FAULTS = [
  'postgres-crash',
  'redis-kill',
  'redis-freeze',
  'server-kill',
  'server-stop',
  'decoder-kill',
  'walsender-kill',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface House {
  readonly databaseUrl: string;
  urlOf(random: Random): string;
  strike(fault: Fault, random: Random): Promise<void>;
  stop(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const cluster: ScratchCluster = await startScratchCluster();
  const redis: TestRedis = await startRedis();
  const databaseUrl = cluster.url('postgres');
  const folder = temporaryFolder();
  const servers: { url: string; process: ServerProcess | undefined }[] = [];

  const start = async (index: number) => {
    const server = servers[index]!;
    const port = new URL(server.url).port;
    server.process = await startServer(['start', '--port', port], {
      cwd: folder.path,
      env: {
        DATABASE_URL: databaseUrl,
        GOFORWARD_AUTH_JWT_SECRET: SECRET,
        GOFORWARD_REDIS_URL: redis.url,
        GOFORWARD_REALTIME_CAPTURE: 'always',
        GOFORWARD_LOG_LEVEL: 'warn',
      },
    });
  };
  const end = async (index: number, signal: NodeJS.Signals) => {
    const gone = servers[index]?.process;
    if (!gone) return;
    servers[index]!.process = undefined;
    gone.child.kill(signal);
    await gone.ended;
  };

  for (let index = 0; index < SERVERS; index += 1) {
    servers.push({ url: `http://127.0.0.1:${await freePort()}`, process: undefined });
    await start(index);
  }

  const restart = async (index: number, signal: NodeJS.Signals) => {
    await end(index, signal);
    await start(index);
  };
  return {
    databaseUrl,
    urlOf: (random) => servers[random(SERVERS)]!.url,
    async strike(fault, random) {
      const index = random(SERVERS);
      switch (fault) {
        case 'postgres-crash':
          return cluster.crash();
        case 'redis-kill':
          await redis.kill();
          await sleep(random(500));
          return redis.start();
        case 'redis-freeze':
          redis.freeze();
          await sleep(FROZEN_MS);
          return redis.thaw();
        case 'server-kill':
          return restart(index, 'SIGKILL');
        case 'server-stop':
          return restart(index, 'SIGTERM');
        case 'decoder-kill':
          // Whoever decodes is one of the two: the other takes over while it is away.
          await restart(0, 'SIGKILL');
          return restart(1, 'SIGKILL');
        case 'walsender-kill':
          return cluster.administer(
            `select pg_terminate_backend(active_pid) from pg_replication_slots where active`,
          );
      }
    },
    async stop() {
      for (const index of servers.keys()) await end(index, 'SIGTERM');
      await redis.kill();
      await cluster.stop();
      folder.remove();
    },
  };
}
