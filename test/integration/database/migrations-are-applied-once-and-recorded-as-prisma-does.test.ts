import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bootstrap } from '../../../src/database/bootstrap.ts';
import { migrate } from '../../../src/database/migrate.ts';
import type { Observation } from '../../../src/observation.ts';
import { createEmptyDatabase, TEST_JWT_SECRET } from '../../support/database.ts';

const SHIPPED = fileURLToPath(new URL('../../../prisma/migrations/', import.meta.url));

let directory: string;
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let pool: Pool;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'goforward-migrations-'));
});

afterAll(() => rmSync(directory, { recursive: true }));

beforeEach(async () => {
  rmSync(directory, { recursive: true });
  cpSync(SHIPPED, directory, { recursive: true });
  database = await createEmptyDatabase();
  const { platformUrl } = await bootstrap({
    adminUrl: database.adminUrl,
    mode: 'auto',
    jwtSecret: TEST_JWT_SECRET,
    defaultPrivileges: 'none',
    schemas: ['public'],
    observe: () => undefined,
  });
  pool = new Pool({ connectionString: platformUrl });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

function names(): string[] {
  return readdirSync(directory)
    .filter((name) => !name.includes('.'))
    .sort();
}

function add(name: string, sql: string): void {
  mkdirSync(join(directory, name));
  writeFileSync(join(directory, name, 'migration.sql'), sql);
}

const run = (): Promise<readonly string[]> => migrate({ pool, directory, observe: () => undefined });

async function records(): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query('select * from goforward._prisma_migrations order by migration_name');
  return rows;
}

it('applies what is missing, in order, and then nothing', async () => {
  const seen: Observation[] = [];
  const applied = await migrate({ pool, directory, observe: (observation) => seen.push(observation) });
  expect(applied).toEqual(names());
  expect(seen.map((observation) => observation.type)).toEqual(names().map(() => 'migration-applied'));
  expect(await run()).toEqual([]);
  add('29990101000000_more', 'create table goforward.more (id int)');
  expect(await run()).toEqual(['29990101000000_more']);
});

it('records name, checksum and times in the table that Prisma reads', async () => {
  await run();
  const [record] = await records();
  const sql = readFileSync(join(directory, names()[0]!, 'migration.sql'));
  expect(record).toMatchObject({
    migration_name: names()[0],
    checksum: createHash('sha256').update(sql).digest('hex'),
    finished_at: expect.any(Date),
    started_at: expect.any(Date),
    rolled_back_at: null,
    logs: null,
    applied_steps_count: 1,
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

it('lets one of several processes apply each migration while the others wait', async () => {
  add('29990101000000_more', 'create table goforward.more (id int)');
  const results = await Promise.all([run(), run(), run(), run()]);
  expect(results.flat().sort()).toEqual(names());
  expect(await records()).toHaveLength(names().length);
});

it('refuses a migration that was changed after it had been applied', async () => {
  await run();
  const file = join(directory, names()[0]!, 'migration.sql');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n-- changed`);
  await expect(run()).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining(names()[0]!),
  });
});

it('takes other line endings for the same migration', async () => {
  await run();
  const file = join(directory, names()[0]!, 'migration.sql');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
  expect(await run()).toEqual([]);
});

it('keeps nothing of a migration that fails, and goes on after it was repaired', async () => {
  add('29990101000000_broken', 'create table goforward.half (id int); select 1/0;');
  await expect(run()).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining('division by zero'),
  });
  expect((await records()).map((record) => record.migration_name)).not.toContain('29990101000000_broken');
  const { rows } = await pool.query(`select to_regclass('goforward.half') as half`);
  expect(rows).toEqual([{ half: null }]);
  writeFileSync(
    join(directory, '29990101000000_broken', 'migration.sql'),
    'create table goforward.half (id int)',
  );
  expect(await run()).toEqual(['29990101000000_broken']);
});

it('refuses to go on after one that Prisma began and did not finish', async () => {
  await run();
  await pool.query('update goforward._prisma_migrations set finished_at = null');
  await expect(run()).rejects.toMatchObject({
    code: 'migration-failed',
    hint: expect.stringContaining('migrate resolve'),
  });
});

it('leaves alone what a newer version has applied', async () => {
  add('29990101000000_newer', 'create table goforward.newer (id int)');
  await run();
  rmSync(join(directory, '29990101000000_newer'), { recursive: true });
  expect(await run()).toEqual([]);
});
