/** The databases under measurement: the platform's roles and functions first, then the music store in some size. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { generateMusic } from '../../examples/music/generate.ts';
import { bootstrap } from '../../src/database/bootstrap.ts';
import type { ScratchCluster } from '../support/scratch-cluster.ts';
import { ROOT } from './targets.ts';
import { JWT_SECRET } from './token.ts';

/** A database with the platform's roles, schemas and helper functions, as its first start would leave it. */
export async function createPlatformDatabase(cluster: ScratchCluster, name: string): Promise<string> {
  await cluster.createDatabase(name);
  await bootstrap({
    adminUrl: cluster.url(name),
    mode: 'auto',
    jwtSecret: JWT_SECRET,
    defaultPrivileges: 'none',
    schemas: ['public'],
    observe: () => {},
  });
  return cluster.url(name);
}

/** The generated store, `scale` times the usual size. */
export async function fillWithMusic(url: string, scale: number): Promise<void> {
  await withClient(url, async (client) => {
    // The generated rows are consistent; checking half a million foreign keys one by one is what takes the time.
    await client.query('set session_replication_role = replica');
    await client.query(await readExample('schema.sql'));
    for (const statement of generateMusic({ scale })) await client.query(statement);
    await finish(client);
  });
}

/** The same tables from a file, with the example's grants and policies. */
export async function fillFromFile(url: string, file: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(await readFile(file, 'utf8'));
    await client.query('set search_path = public');
    await finish(client);
  });
}

async function finish(client: pg.Client): Promise<void> {
  await client.query(await readExample('security.sql'));
  await client.query('create schema bench; create extension pg_stat_statements schema bench');
  await client.query('vacuum analyze');
}

const readExample = (file: string): Promise<string> => readFile(join(ROOT, 'examples/music', file), 'utf8');

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

export async function readKeys(url: string, sql: string): Promise<number[]> {
  const { rows } = await withClient(url, (client) => client.query<{ key: number }>(sql));
  return rows.map(({ key }) => key);
}

/** What PostgreSQL itself spent since the last reset, planning included, in milliseconds. */
export async function takeStatementTime(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ ms: number }>(
      `select coalesce(sum(total_exec_time + total_plan_time), 0)::float8 as ms from bench.pg_stat_statements
       where dbid = (select oid from pg_database where datname = current_database()) and query !~ 'pg_stat_statements'`,
    );
    await client.query('select bench.pg_stat_statements_reset()');
    return rows[0]?.ms ?? 0;
  });
}
