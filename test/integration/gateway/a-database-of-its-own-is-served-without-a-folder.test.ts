import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, createApp, type Running } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import { createTestDatabase, TEST_JWT_SECRET, type TestDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/server-process.ts';

const folder = temporaryFolder();
let database: TestDatabase;
let app: App;
let running: Running;

function configOf(env: Record<string, string> = {}) {
  const own = { DATABASE_URL: database.adminUrl, GOFORWARD_AUTH_JWT_SECRET: TEST_JWT_SECRET, PORT: '0' };
  return loadConfig({ env: { ...own, ...env }, cwd: folder.path });
}

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql('create table note (id int primary key); grant select on note to anon, authenticated');
  app = createApp(configOf({ NODE_ENV: 'production' }), { observe: () => {} });
  running = await app.start();
});
afterAll(async () => {
  await app?.stop();
  await database?.drop();
  folder.remove();
});

test('nothing is written to disk, and the page names the database without its password', () => {
  expect(readdirSync(folder.path)).toEqual([]);
  expect(running.dataDirectory).toBeUndefined();
  expect(running.database).toMatch(
    new RegExp(`^PostgreSQL 18\\.\\d+ at 127\\.0\\.0\\.1:\\d+/${database.name}$`),
  );
});

test('a table that anyone may reach without a policy is named', () => {
  expect(running.warnings).toContain('Readable or writable without row level security: public.note');
});

test('a key that an administrator made is accepted until it is revoked', async () => {
  const key = 'sb_secret_for_the_reports';
  const hash = createHash('sha256').update(key).digest();
  const ask = async (apikey: string) =>
    (await fetch(`${running.url}/graphql?query={__typename}`, { headers: { apikey } })).status;
  expect(await ask('sb_secret_unknown')).toBe(401);
  await database.sql(
    "insert into goforward.api_key (name, kind, role, key_hash, key_hint) values ('reports', 'secret', 'authenticated', $1, 'orts')",
    [hash],
  );
  expect(await ask(key)).toBe(200);
  await database.sql('update goforward.api_key set revoked_at = now()');
  await expect.poll(() => ask(key), { timeout: 10_000, interval: 250 }).toBe(401);
});

test('production refuses a superuser as the login of requests, development takes it', async () => {
  const env = { GOFORWARD_DATABASE_API_URL: database.adminUrl };
  const refused = createApp(configOf({ ...env, NODE_ENV: 'production' }), { observe: () => {} });
  await expect(refused.start()).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('is a superuser'),
  });
  const taken = createApp(configOf(env), { observe: () => {} });
  expect((await fetch(`${(await taken.start()).url}/ready`)).status).toBe(200);
  await taken.stop();
});

test('readiness follows the database, liveness does not', async () => {
  const status = async (path: string) => (await fetch(running.url + path)).status;
  expect([await status('/ready'), await status('/live')]).toEqual([200, 200]);
  // superusers, such as the login of this test, pass the limit
  await database.sql(`alter database ${database.name} connection limit 0`);
  try {
    await database.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'goforward %'",
    );
    await expect.poll(() => status('/ready'), { timeout: 10_000 }).toBe(503);
    expect(await status('/live')).toBe(200);
  } finally {
    await database.sql(`alter database ${database.name} connection limit -1`);
  }
  await expect.poll(() => status('/ready'), { timeout: 10_000 }).toBe(200);
});
