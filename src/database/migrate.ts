/**
 * Applies prisma/migrations to the platform's own tables and records them as Prisma does (same table, same checksums,
 * same lock), so that Prisma's command line agrees. The user's schema is none of its business.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';

export interface MigrateOptions {
  /** Of the login that owns the platform's schemas. */
  readonly pool: Pool;
  readonly observe: Observe;
  /** Only tests have another one. */
  readonly directory?: string;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
}

interface RecordRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url));

/** The key that Prisma's schema engine locks. */
const PRISMA_LOCK_KEY = 72_707_369;
const LOCK_TIMEOUT_MS = 60_000;

const RECORDS = `select migration_name, checksum, finished_at from goforward._prisma_migrations where rolled_back_at is null`;

const RECORDS_TABLE = `create table if not exists goforward._prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`;

/** Returns the names of what it applied. One query when nothing is to do. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const migrations = readMigrations(options.directory ?? MIGRATIONS_DIRECTORY);
  const applied: string[] = [];
  const client = await options.pool.connect();
  try {
    if (firstPending(migrations, await readRecords(client)) === undefined) return applied;
    for (;;) {
      const startedAt = performance.now();
      const name = await applyNext(client, migrations);
      if (name === undefined) return applied;
      applied.push(name);
      options.observe({
        type: 'migration-applied',
        name,
        elapsedMs: Math.round(performance.now() - startedAt),
      });
    }
  } finally {
    client.release();
  }
}

function readMigrations(directory: string): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(directory, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readRecords(client: PoolClient): Promise<RecordRow[]> {
  try {
    return (await client.query<RecordRow>(RECORDS)).rows;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '42P01') return [];
    throw error;
  }
}

/** Records without a file are left alone: a newer version has been here, and may run beside this one. */
function firstPending(
  migrations: readonly Migration[],
  records: readonly RecordRow[],
): Migration | undefined {
  const byName = new Map(records.map((record) => [record.migration_name, record]));
  let pending: Migration | undefined;
  for (const migration of migrations) {
    const record = byName.get(migration.name);
    if (!record) pending ??= migration;
    else checkRecord(migration, record);
  }
  return pending;
}

function checkRecord(migration: Migration, record: RecordRow): void {
  if (record.finished_at === null) {
    throw new AppError(
      'migration-failed',
      `The migration ${migration.name} was begun by Prisma and did not finish.`,
      {
        hint: 'Repair what it left, then tell Prisma with `prisma migrate resolve`.',
      },
    );
  }
  if (checksumsOf(migration.sql).includes(record.checksum)) return;
  throw new AppError(
    'migration-failed',
    `The migration ${migration.name} was changed after it had been applied.`,
    {
      details: `recorded checksum ${record.checksum}, file ${checksumsOf(migration.sql)[0]}`,
      hint: 'Restore the file; a change of the tables belongs into a new migration.',
    },
  );
}

/** The file as it is, and as it would be with the other line endings (git may have changed them). */
function checksumsOf(sql: string): [string, string] {
  const unix = sql.replaceAll('\r\n', '\n');
  const other = unix === sql ? unix.replaceAll('\n', '\r\n') : unix;
  return [sha256(sql), sha256(other)];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One migration and its record in one transaction, behind the lock: a second process waits, then finds it done. */
async function applyNext(client: PoolClient, migrations: readonly Migration[]): Promise<string | undefined> {
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = 0`);
    await client.query('select pg_advisory_xact_lock($1)', [PRISMA_LOCK_KEY]);
    await client.query(`set local client_min_messages = error; ${RECORDS_TABLE}`);
    const migration = firstPending(migrations, await readRecords(client));
    if (migration) {
      const startedAt = new Date();
      await run(client, migration);
      await client.query(
        `insert into goforward._prisma_migrations
           (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         values ($1, $2, $3, $4, clock_timestamp(), 1)`,
        [randomUUID(), sha256(migration.sql), migration.name, startedAt],
      );
    }
    await client.query('commit');
    return migration?.name;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function run(client: PoolClient, migration: Migration): Promise<void> {
  try {
    await client.query(migration.sql);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new AppError(
      'migration-failed',
      `The migration ${migration.name} could not be applied: ${error.message}.`,
      {
        details: [error.code, error.detail, error.where].filter((fact) => fact !== undefined).join('\n'),
        hint: 'Nothing of it was kept. Remove the cause and start again.',
        cause: error,
      },
    );
  }
}
