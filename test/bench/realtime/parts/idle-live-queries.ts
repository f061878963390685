/** A thousand live queries of which nothing changes: they must cost the database nothing, and hear at once when something does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../output.ts';
import { percentile, startFleet } from '../fleet.ts';
import { takeStatements } from '../statements.ts';
import { updateRows } from '../updates.ts';
import { createWorld, OWN_ROW, serveWorld } from '../world.ts';
import type { Part } from './part.ts';

const QUERIES = 1_000;
const SETTLE_MS = 3_000;
const UPDATES_PER_SECOND = 50;

export const measureIdleLiveQueries: Part = async ({ options, cluster, folder }) => {
  const url = await createWorld(cluster, 'idle_queries');
  const world = await serveWorld(url, folder);
  const fleet = startFleet();
  try {
    await fleet.open({
      ...{ url: world.socketUrl, count: QUERIES, user: undefined, query: OWN_ROW },
      ...{ awaitsAnswer: true, bare: false },
    });
    await sleep(SETTLE_MS);
    await takeStatements(url);
    const seconds = options.quick ? 15 : 60;
    await sleep(seconds * 1000);
    const ran = await takeStatements(url);
    for (const { role, query, calls } of ran)
      say(`  idle: ${calls} × ${role}: ${query.replaceAll(/\s+/g, ' ').slice(0, 100)}`);
    const isOurs = ({ role }: { role: string }) => role === 'goforward_platform';
    const own = ran.filter((one) => !isOurs(one)).reduce((sum, { calls }) => sum + calls, 0);
    const others = ran.filter(isOurs).reduce((sum, { calls }) => sum + calls, 0);
    await fleet.mark();
    const updates = await updateRows(url, {
      ...{ table: 'item', keys: QUERIES, perSecond: UPDATES_PER_SECOND, seconds: options.quick ? 5 : 20 },
    });
    await sleep(SETTLE_MS);
    const { latencies, failures } = await fleet.report();
    const part = 'idle-live-queries';
    return {
      figures: [
        {
          part,
          name: `${QUERIES} idle live queries: statements of the platform in ${seconds} s`,
          value: others,
          unit: '',
        },
        {
          part,
          name: `${QUERIES} idle live queries: of ${updates.written} updates heard`,
          value: latencies.length,
          unit: '',
        },
        {
          part,
          name: `${QUERIES} idle live queries: an update is heard after, p50`,
          value: percentile(latencies, 50),
          unit: 'ms',
        },
      ],
      verdicts: [
        {
          name: `${QUERIES} idle live queries: statements of callers in ${seconds} s`,
          value: own,
          bar: 0,
          unit: '',
          kind: 'at-most',
        },
        {
          name: `${QUERIES} idle live queries: an update is heard after, p95`,
          value: percentile(latencies, 95),
          bar: 150,
          unit: 'ms',
          kind: 'at-most',
        },
        {
          name: `${QUERIES} idle live queries: errors`,
          value: failures.length,
          bar: 0,
          unit: '',
          kind: 'at-most',
        },
      ],
    };
  } finally {
    await fleet.stop();
    await world.stop();
  }
};
