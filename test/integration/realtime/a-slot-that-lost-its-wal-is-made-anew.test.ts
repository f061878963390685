/** PostgreSQL keeps so much WAL for the slot and no more: when it had to drop what was not read, everybody is told, and it goes on. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { walWarning } from '../../../src/realtime/changes.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { type ScratchCluster, startScratchCluster } from '../../support/scratch-cluster.ts';
import { openSignedIn, subscribe } from '../../support/socket-client.ts';

const SUBSCRIBERS = 20;

let cluster: ScratchCluster;
let app: TestApp;
let directory: string;
let pool: pg.Pool;

beforeAll(async () => {
  cluster = await startScratchCluster({ max_slot_wal_keep_size: '32MB', max_wal_size: '64MB' });
  await cluster.createDatabase('shop');
  pool = new pg.Pool({ connectionString: cluster.url('shop'), max: 3 });
  pool.on('error', () => undefined);
  directory = await mkdtemp(join(tmpdir(), 'goforward-changes-'));
  app = await startApp(
    { adminUrl: cluster.url('shop') },
    { GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory, GOFORWARD_REALTIME_CAPTURE: 'always' },
  );
  await pool.query(`
    create table note (id int primary key, body text); grant select on note to anon;
    create schema elsewhere; create table elsewhere.bulk (body text)`);
  await app.post('/meta/v1/reload', {}, app.keys.service);
});
afterAll(async () => {
  await app.stop();
  await pool.end();
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
});

test('whoever follows changes gets resume-expired, live queries are right again, and new subscriptions work', async () => {
  await expect
    .poll(async () => (await pool.query('select active from pg_replication_slots')).rows, {
      timeout: 10_000,
    })
    .toEqual([{ active: true }]);
  const client = await openSignedIn(app.url, '/graphql');
  for (let n = 0; n < SUBSCRIBERS; n += 1)
    subscribe(client, `c${n}`, 'subscription { note_changes { new { id } cursor } }');
  subscribe(client, 'live', 'subscription { note { id } }');
  await client.payloads('live', 1);
  // The subscriptions have begun by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await pool.query('insert into note values (1)');
  await client.payloads(`c${SUBSCRIBERS - 1}`, 1);
  const before = (await pool.query('select slot_name, active_pid from pg_replication_slots')).rows[0];

  // Its sender is held, as on a machine that is too busy, until more was written than is kept.
  process.kill(before.active_pid, 'SIGSTOP');
  await pool.query('insert into note values (2)');
  for (let n = 0; n < 8; n += 1) {
    await pool.query(
      "insert into elsewhere.bulk select string_agg(md5(random()::text), '') from generate_series(1, 20000) a, generate_series(1, 10) b group by a",
    );
    await pool.query('select pg_switch_wal()');
  }
  const checkpoint = pool.query('checkpoint');
  await expect
    .poll(async () => (await pool.query('select wal_status from pg_replication_slots')).rows[0]?.wal_status, {
      timeout: 10_000,
    })
    .toBe('unreserved');
  process.kill(before.active_pid, 'SIGCONT');
  await checkpoint;

  for (let n = 0; n < SUBSCRIBERS; n += 1)
    expect(await client.heard(({ id, type }) => id === `c${n}` && type === 'error')).toMatchObject({
      payload: [{ extensions: { code: 'resume-expired' } }],
    });
  expect(app.observations).toContainEqual(expect.objectContaining({ type: 'changes-lost' }));
  await expect
    .poll(() => client.texts.filter((text) => text.includes('"id":"live"')).at(-1))
    .toContain('[{"id":1},{"id":2}]');
  await expect
    .poll(async () => (await pool.query('select active, wal_status from pg_replication_slots')).rows, {
      timeout: 10_000,
    })
    .toEqual([{ active: true, wal_status: 'reserved' }]);
  subscribe(client, 'anew', 'subscription { note_changes { new { id } cursor } }');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await pool.query('insert into note values (3)');
  expect(await client.payloads('anew', 1)).toMatchObject([{ data: { note_changes: { new: { id: 3 } } } }]);
  await client.close();
});

test('a PostgreSQL that keeps WAL without limit is named on the start page', async () => {
  expect(await walWarning(pool)).toBeUndefined();
  await pool.query('alter system set max_slot_wal_keep_size = -1');
  await pool.query('select pg_reload_conf()');
  await expect.poll(() => walWarning(pool)).toContain('max_slot_wal_keep_size');
});
