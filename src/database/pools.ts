/**
 * The pools. `api` runs table statements as the caller; `platform` everything of our own; `changes` what following changes asks, by the
 * login of the platform, so that no storm of sign-ins holds it up.
 */
import pg from 'pg';
import type { Observe } from '../observation.ts';

export interface PoolSettings {
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly isolationLevel: 'read committed' | 'repeatable read' | 'serializable';
}

export interface Pools {
  readonly api: pg.Pool;
  readonly platform: pg.Pool;
  readonly changes: pg.Pool;
  close(): Promise<void>;
}

/** Sign-ins and refreshes commit here, and commits side by side share one write to disk. */
const PLATFORM_CONNECTIONS = 16;
const CHANGES_CONNECTIONS = 3;

/**
 * The api pool never uses JIT (a 90 ms query can cost more to compile than to run) and pipelines nothing across callers.
 * Connections are made on first use; `api` keeps them.
 */
export function createPools(
  urls: { platformUrl: string; apiUrl: string },
  settings: PoolSettings,
  observe: Observe,
): Pools {
  const api = new pg.Pool({
    connectionString: urls.apiUrl,
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    idleTimeoutMillis: 0,
    // The isolation level can only be a default: every transaction takes a snapshot with its first statement.
    options: `-c jit=off -c default_transaction_isolation=${settings.isolationLevel.replaceAll(' ', '\\ ')}`,
    application_name: 'goforward api',
    keepAlive: true,
  });
  const ofPlatform = (name: string, max: number) =>
    new pg.Pool({
      connectionString: urls.platformUrl,
      max,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: 30_000,
      options: '-c jit=off',
      application_name: `goforward ${name}`,
      keepAlive: true,
    });
  const platform = ofPlatform('platform', PLATFORM_CONNECTIONS);
  const changes = ofPlatform('changes', CHANGES_CONNECTIONS);
  // An idle connection that dies (restart of PostgreSQL) is replaced by the pool; without a listener it would end the process.
  // While closing, PostgreSQL may be quicker to hang up than we are.
  let closing = false;
  const lost = (pool: string) => (error: unknown) => {
    if (!closing) observe({ type: 'connection-lost', pool, error });
  };
  api.on('error', lost('api'));
  platform.on('error', lost('platform'));
  changes.on('error', lost('changes'));
  // The pool stops listening to a connection that it closes; one that dies in that moment (PostgreSQL stops with us) is no news.
  for (const pool of [api, platform, changes])
    pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    api,
    platform,
    changes,
    async close() {
      closing = true;
      await Promise.all([api.end(), platform.end(), changes.end()]);
    },
  };
}
