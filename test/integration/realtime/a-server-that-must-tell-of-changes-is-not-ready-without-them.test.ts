/** `/ready` where changes do not arrive: only who says that they must (`realtime.capture: always`) is out of service for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { query } from '../../support/query.ts';
import { type ScratchCluster, startScratchCluster } from '../../support/scratch-cluster.ts';
import { openSignedIn, subscribe } from '../../support/socket-client.ts';

let cluster: ScratchCluster;
let directory: string;
const apps = new Map<string, TestApp>();

beforeAll(async () => {
  cluster = await startScratchCluster();
  directory = await mkdtemp(join(tmpdir(), 'goforward-changes-'));
  for (const capture of ['always', 'auto']) {
    await cluster.createDatabase(capture);
    const app = await startApp(
      { adminUrl: cluster.url(capture) },
      {
        GOFORWARD_REALTIME_HISTORY_DIRECTORY: join(directory, capture),
        GOFORWARD_REALTIME_CAPTURE: capture,
      },
    );
    apps.set(capture, app);
    await query(cluster.url(capture), 'create table note (id int primary key); grant select on note to anon');
    await app.post('/meta/v1/reload', {}, app.keys.service);
  }
});
afterAll(async () => {
  for (const app of apps.values()) await app.stop();
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
});

async function ready(capture: string): Promise<unknown> {
  const answer = await fetch(`${apps.get(capture)!.url}/ready`);
  const { checks } = (await answer.json()) as { checks: object };
  return { status: answer.status, ...checks };
}

test('changes that fail are told; ready is who can do without them', async () => {
  const client = await openSignedIn(apps.get('auto')!.url, '/graphql');
  expect(await ready('auto')).toEqual({ status: 200, database: 'ok', changes: 'resting' });
  subscribe(client, '1', 'subscription { note { id } }');
  await client.payloads('1', 1);
  for (const capture of apps.keys())
    await expect
      .poll(() => ready(capture), { timeout: 10_000 })
      .toEqual({ status: 200, database: 'ok', changes: 'ok' });
  await cluster.administer('alter role goforward_replication nologin');
  await cluster.administer('select pg_terminate_backend(pid) from pg_stat_replication');
  await expect
    .poll(() => ready('always'), { timeout: 10_000 })
    .toEqual({ status: 503, database: 'ok', changes: 'failed' });
  await expect
    .poll(() => ready('auto'), { timeout: 10_000 })
    .toEqual({ status: 200, database: 'ok', changes: 'failing' });
  await cluster.administer('alter role goforward_replication login');
  await expect
    .poll(() => ready('always'), { timeout: 20_000 })
    .toEqual({ status: 200, database: 'ok', changes: 'ok' });
  await client.close();
});
