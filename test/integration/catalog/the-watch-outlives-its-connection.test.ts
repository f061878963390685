import { printSchema } from 'graphql';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type DataApi, openDataApi } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let api: DataApi;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql('create table first (id int primary key); grant select on first to anon');
  api = await openDataApi(database, { watch: { ddlEvents: true, pollMs: 60_000 } });
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

test('what happened while the connection was gone is seen after it is back', async () => {
  for (const name of ['second', 'third']) {
    const [ended] = await database.sql<{ n: number }>(
      `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
       where datname = current_database() and application_name = 'goforward catalog'`,
    );
    expect(ended?.n).toBe(1);
    await database.sql(`create table ${name} (id int primary key); grant select on ${name} to anon`);
    await vi.waitFor(
      async () =>
        expect(printSchema((await api.engine.get('anon')).schema)).toContain(`type ${name} implements`),
      { timeout: 8_000, interval: 50 },
    );
  }
  expect(
    api.observations.filter((one) => one.type === 'connection-lost' && one.pool === 'catalog'),
  ).toHaveLength(2);
});
