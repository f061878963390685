/** A database of its own for a test file: a clone of the bootstrapped and migrated template, made in some 50 ms. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';
import { inject } from 'vitest';
import { type BootstrapResult, bootstrap } from '../../src/database/bootstrap.ts';
import { migrate } from '../../src/database/migrate.ts';
import { query } from './query.ts';

export const TEMPLATE_DATABASE = 'goforward_template';

/** All databases of a run share the cluster's roles, so they share the secret that the passwords come from. */
export const TEST_JWT_SECRET = 'a secret of the tests, long enough to sign tokens with';

export interface TestDatabase {
  readonly name: string;
  /** The superuser. */
  readonly adminUrl: string;
  readonly platformUrl: string;
  readonly apiUrl: string;
  /** Runs SQL as the superuser; several statements are fine as long as there are no values. Returns the rows of the (last) one. */
  sql<R extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly defaultPrivileges?: 'none' | 'supabase';
  readonly schemas?: readonly string[];
}

export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = inject('adminUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(serverUrl, `create database ${name} template ${TEMPLATE_DATABASE}`);
  const adminUrl = urlOfDatabase(serverUrl, name);
  // rights on the database itself are not part of a template
  const { platformUrl, apiUrl } = await bootstrapTestDatabase(adminUrl, options);
  const pool = new Pool({ connectionString: adminUrl, max: 2 });
  pool.on('error', () => undefined);
  return {
    name,
    adminUrl,
    platformUrl,
    apiUrl,
    sql: async <R extends QueryResultRow>(text: string, values?: readonly unknown[]) => {
      const result: unknown = await pool.query(text, values && [...values]);
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last as { rows: R[] }).rows;
    },
    drop: async () => {
      await pool.end();
      await dropDatabase(serverUrl, name);
    },
  };
}

/** An empty database of the run's server, neither bootstrapped nor migrated. */
export async function createEmptyDatabase(): Promise<{
  name: string;
  adminUrl: string;
  drop(): Promise<void>;
}> {
  const serverUrl = inject('adminUrl');
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await query(serverUrl, `create database ${name} template template0`);
  return {
    name,
    adminUrl: urlOfDatabase(serverUrl, name),
    drop: async () => {
      await dropDatabase(serverUrl, name);
    },
  };
}

/** Bootstraps and migrates the database of this URL. */
export async function prepareTestDatabase(adminUrl: string): Promise<void> {
  const { platformUrl } = await bootstrapTestDatabase(adminUrl, {});
  const pool = new Pool({ connectionString: platformUrl, max: 1 });
  try {
    await migrate({ pool, observe: () => undefined });
  } finally {
    await pool.end();
  }
}

function bootstrapTestDatabase(adminUrl: string, options: TestDatabaseOptions): Promise<BootstrapResult> {
  return bootstrap({
    adminUrl,
    mode: 'auto',
    jwtSecret: TEST_JWT_SECRET,
    defaultPrivileges: options.defaultPrivileges ?? 'none',
    schemas: options.schemas ?? ['public'],
    observe: () => undefined,
  });
}

export function urlOfDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * A pool's end() settles before its connections are closed. Forcing them closed in that moment is an error that nobody
 * listens to any more and ends the process, so sessions get a moment to go by themselves.
 */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const sessions = await query(serverUrl, 'select 1 from pg_stat_activity where datname = $1', [name]);
    if (sessions.length === 0) break;
    await sleep(10);
  }
  await query(serverUrl, `drop database if exists ${name} with (force)`);
}
