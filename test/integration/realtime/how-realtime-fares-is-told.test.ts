/** `/metrics` and `/ready`: subscriptions, deliveries, the slot and the history, as they are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { openSignedIn, subscribe } from '../../support/socket-client.ts';

let database: TestDatabase;
let app: TestApp;
let directory: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql('create table note (id int primary key); grant select on note to anon');
  directory = await mkdtemp(join(tmpdir(), 'goforward-changes-'));
  app = await startApp(database, { GOFORWARD_REALTIME_HISTORY_DIRECTORY: directory });
});
afterAll(async () => {
  await app.stop();
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const ready = async () =>
  (await (await fetch(`${app.url}/ready`)).json()) as { status: string; checks: object };

test('before anybody subscribes capture rests, and the server is ready', async () => {
  expect(await ready()).toEqual({ status: 'ready', checks: { database: 'ok', changes: 'resting' } });
  const before = await metrics();
  expect(before.get('goforward_capture_state{state="resting"}')).toBe(1);
  expect(before.get('goforward_subscriptions{kind="live"}')).toBe(0);
});

test('what is subscribed to, told and kept is counted', async () => {
  const client = await openSignedIn(app.url, '/graphql');
  subscribe(client, 'l', 'subscription { note { id } }');
  subscribe(client, 'm', 'subscription { note { id } }');
  subscribe(client, 'c', 'subscription { note_changes { new { id } } }');
  await client.payloads('m', 1);
  await expect.poll(async () => (await ready()).checks, { timeout: 10_000 }).toMatchObject({ changes: 'ok' });
  await expect
    .poll(async () => (await metrics()).get('goforward_subscriptions{kind="changes"}'), { timeout: 10_000 })
    .toBe(1);
  await database.sql('insert into note values (1)');
  await client.payloads('c', 1);
  await client.payloads('m', 2);
  const told = await metrics();
  expect(told.get('goforward_subscriptions{kind="live"}')).toBe(2);
  expect(told.get('goforward_subscription_groups{kind="live"}')).toBe(1);
  expect(told.get('goforward_deliveries_total{kind="live"}')).toBe(4);
  expect(told.get('goforward_deliveries_total{kind="changes"}')).toBe(1);
  expect(told.get('goforward_changes_total')).toBe(1);
  expect(told.get('goforward_changes_resets_total')).toBe(0);
  expect(told.get('goforward_sockets_open')).toBe(1);
  expect(told.get('goforward_capture_state{state="streaming"}')).toBe(1);
  expect(told.get('goforward_changes_newest_timestamp_seconds')).toBeCloseTo(Date.now() / 1000, -2);
  await expect
    .poll(async () => (await metrics()).get('goforward_slot_wal_status{status="reserved"}'), {
      timeout: 15_000,
    })
    .toBe(1);
  await expect
    .poll(async () => (await metrics()).get('goforward_history_to_lsn'))
    .toBeGreaterThan((await metrics()).get('goforward_history_from_lsn') ?? Infinity);
  await client.close();
  const after = await metrics();
  expect(after.get('goforward_subscriptions{kind="live"}')).toBe(0);
  expect(after.get('goforward_sockets_closed_total{code="1005"}')).toBe(1);
});
