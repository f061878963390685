/** Ten thousand live queries, each on one row, while a thousand rows a second are changed at random. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { withClient } from '../../database.ts';
import type { Figure, Verdict } from '../../results.ts';
import { type Fleet, percentile, startFleet } from '../fleet.ts';
import { userId } from '../fleet-protocol.ts';
import { takeStatements } from '../statements.ts';
import { updateRows } from '../updates.ts';
import { createWorld, OWN_ROW, serveWorld, USERS, type World } from '../world.ts';
import type { Part } from './part.ts';

const UPDATES_PER_SECOND = 1_000;
const SETTLE_MS = 5_000;
const CONTROL_CONNECTIONS = 4;
const part = 'own-rows';

export const measureOwnRows: Part = async ({ options, cluster, folder }) => {
  const url = await createWorld(cluster, 'own_rows');
  const figures: Figure[] = [];
  const verdicts: Verdict[] = [];
  const seconds = options.quick ? 10 : 30;
  figures.push({
    ...{ part, unit: '/s', value: await readRows(url, 3) },
    name: `control: the same row by key, asked on ${CONTROL_CONNECTIONS} bare connections`,
  });
  for (const [label, user] of [
    ['distinct users', undefined],
    ['one user', 1],
  ] as const) {
    if (user !== undefined)
      await withClient(url, (client) => client.query('update item set owner = $1', [userId(user)]));
    const world = await serveWorld(url, folder);
    const fleet = startFleet();
    try {
      const measured = await measure(world, fleet, user, seconds);
      const name = (what: string) =>
        `${USERS} live queries of ${label}, ${UPDATES_PER_SECOND} updates/s: ${what}`;
      figures.push(
        { part, name: name('all answered after'), value: measured.openMs / 1000, unit: 's' },
        { part, name: name('updates reached'), value: measured.perSecond, unit: '/s' },
        { part, name: name('runs'), value: measured.runs / seconds, unit: '/s' },
        { part, name: name('heard after, p50'), value: percentile(measured.latencies, 50), unit: 'ms' },
        { part, name: name('heard after, p99'), value: percentile(measured.latencies, 99), unit: 'ms' },
        { part, name: name('resident memory'), value: measured.rssMb, unit: 'MB' },
      );
      verdicts.push(
        {
          name: name('p95'),
          value: percentile(measured.latencies, 95),
          bar: 500,
          unit: 'ms',
          kind: 'at-most',
        },
        {
          name: name('rows whose last value did not arrive, and errors'),
          value: measured.errors,
          bar: 0,
          unit: '',
          kind: 'at-most',
        },
      );
    } finally {
      await fleet.stop();
      await world.stop();
    }
  }
  return { figures, verdicts };
};

async function measure(world: World, fleet: Fleet, user: number | undefined, seconds: number) {
  const openMs = await fleet.open({
    ...{ url: world.socketUrl, count: USERS, user, query: OWN_ROW, awaitsAnswer: true, bare: false },
  });
  await takeStatements(world.databaseUrl);
  await fleet.mark();
  const { newest, perSecond } = await updateRows(world.databaseUrl, {
    ...{ table: 'item', keys: USERS, perSecond: UPDATES_PER_SECOND, seconds },
  });
  const runs = (await takeStatements(world.databaseUrl))
    .filter(({ role, query }) => role === 'authenticated' && !query.includes('set_config'))
    .reduce((sum, { calls }) => sum + calls, 0);
  await sleep(SETTLE_MS);
  const heard = await fleet.report();
  const missing = [...newest].filter(([key, at]) => Math.abs((heard.newest[key] ?? 0) - at) > 0.01).length;
  const { latencies, failures } = heard;
  return {
    openMs,
    perSecond,
    runs,
    latencies,
    errors: failures.length + missing,
    rssMb: world.server.rssMb(),
  };
}

/** How often in a second, without role, claims or policy. */
async function readRows(url: string, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let count = 0;
  await Promise.all(
    Array.from({ length: CONTROL_CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      while (performance.now() < until) {
        const values = [Math.floor(Math.random() * USERS)];
        await client.query({ name: 'row', text: 'select id, at from item where id = $1', values });
        count += 1;
      }
      await client.end();
    }),
  );
  return count / seconds;
}
