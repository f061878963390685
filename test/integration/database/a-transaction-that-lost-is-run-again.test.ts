import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CallerRunner } from '../../../src/database/as-caller.ts';
import { createPools, type Pools } from '../../../src/database/pools.ts';
import { contextOf } from '../../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let pools: Pools;
let runner: CallerRunner;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`create table public.counter (id int primary key, n int not null);
    insert into public.counter values (1, 0);
    grant select, update on public.counter to authenticated`);
  const settings = {
    maxConnections: 8,
    connectTimeoutMs: 10_000,
    isolationLevel: 'repeatable read' as const,
  };
  pools = createPools(database, settings, () => undefined);
  runner = new CallerRunner(pools.api, {
    searchPath: ['public'],
    statementTimeoutMs: 10_000,
    preparedStatements: true,
  });
});

afterAll(async () => {
  await pools.close();
  await database.drop();
});

const statement = (text: string) => ({
  text,
  name: text,
  values: [],
  runsUserCode: true,
  mayChangeSession: false,
});

test('statements run at the configured isolation level', async () => {
  const [rows] = await runner.run(
    contextOf('authenticated'),
    [statement("select current_setting('transaction_isolation')")],
    {
      readOnly: false,
    },
  );
  expect(rows).toEqual([['repeatable read']]);
});

test('a transaction that meets a concurrent change is run again and succeeds', async () => {
  const other = new pg.Client(database.adminUrl);
  await other.connect();
  await other.query('begin; update public.counter set n = n + 1 where id = 1');
  const writing = runner.run(
    contextOf('authenticated'),
    [statement('update public.counter set n = n + 10 where id = 1')],
    {
      readOnly: false,
    },
  );
  // Once it waits for the row, its snapshot is older than the change: at this level that is a serialization failure.
  await expect
    .poll(
      async () =>
        (await database.sql("select 1 from pg_stat_activity where wait_event_type = 'Lock'")).length,
    )
    .toBeGreaterThan(0);
  await other.query('commit');
  await other.end();
  await writing;
  expect(await database.sql('select n from public.counter')).toEqual([{ n: 11 }]);
});
