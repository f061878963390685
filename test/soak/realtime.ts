/**
 * `npm run soak:realtime -- [--events N] [--subscriptions N] [--minutes N]`: very many events to one subscription, very many subscriptions that come
 * and go, each spread over so many minutes, on a server of its own. Tells how its memory went, and fails where it goes on growing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withClient } from '../bench/database.ts';
import { say } from '../bench/output.ts';
import { startFleet } from '../bench/realtime/fleet.ts';
import { now } from '../bench/realtime/fleet-protocol.ts';
import { BOARD_CHANGES, createWorld, serveWorld, type World } from '../bench/realtime/world.ts';
import { CLAIMS, JWT_SECRET } from '../bench/token.ts';
import { startScratchCluster } from '../support/scratch-cluster.ts';
import { openSignedIn, subscribe } from '../support/socket-client.ts';
import { signHs256 } from '../support/tokens.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '500000' },
    subscriptions: { type: 'string', default: '50000' },
    minutes: { type: 'string', default: '15' },
  },
});

const EVENTS_PER_TRANSACTION = 100;
const DURATION_MS = Number(values.minutes) * 60_000;
const SUBSCRIPTIONS_AT_A_TIME = 50;
/** What a server needs until it is warm is no leak. */
const WARM_SHARE = 1 / 3;
const MAX_SLOPE_MB_PER_MINUTE = 0.5;

interface Weight {
  readonly atMs: number;
  readonly mb: number;
}

const cluster = await startScratchCluster();
const folder = await mkdtemp(join(tmpdir(), 'goforward-soak-'));
try {
  const url = await createWorld(cluster, 'soak');
  const world = await serveWorld(url, folder);
  try {
    const slopes = [
      await weighed(`${values.events} events`, world, () => sendEvents(world, Number(values.events))),
      await weighed(`${values.subscriptions} subscriptions`, world, () =>
        comeAndGo(world, Number(values.subscriptions)),
      ),
    ];
    process.exitCode = slopes.every((slope) => slope <= MAX_SLOPE_MB_PER_MINUTE) ? 0 : 1;
    const text = await (await fetch(`${world.base}/metrics`)).text();
    say(
      text
        .split('\n')
        .filter((line) => /^goforward_(subscription|sockets_open|deliveries)/.test(line))
        .join('\n'),
    );
  } finally {
    await world.stop();
  }
} finally {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Spreads the work over the whole time. */
async function untilDue(started: number, share: number): Promise<void> {
  await sleep(Math.max(0, started + share * DURATION_MS - performance.now()));
}

/** MB per minute, of the part after warming up. */
async function weighed(label: string, { server }: World, work: () => Promise<void>): Promise<number> {
  const weights: Weight[] = [];
  const watching = setInterval(() => weights.push({ atMs: now(), mb: server.rssMb() }), 500);
  await work();
  clearInterval(watching);
  const warm = weights.slice(Math.floor(weights.length * WARM_SHARE));
  const slope = slopeOf(warm) * 60_000;
  const [first, last] = [warm[0], warm.at(-1)];
  const seconds = ((last?.atMs ?? 0) - (first?.atMs ?? 0)) / 1000;
  say(
    `${label}: ${first?.mb.toFixed(0)} → ${last?.mb.toFixed(0)} MB in ${seconds.toFixed(0)} s, ${slope.toFixed(2)} MB/min`,
  );
  return slope;
}

/** Of the straight line that fits best. */
function slopeOf(weights: readonly Weight[]): number {
  const mean = (pick: (one: Weight) => number) =>
    weights.reduce((sum, one) => sum + pick(one), 0) / weights.length;
  const [at, mb] = [mean((one) => one.atMs), mean((one) => one.mb)];
  const up = weights.reduce((sum, one) => sum + (one.atMs - at) * (one.mb - mb), 0);
  return up / weights.reduce((sum, one) => sum + (one.atMs - at) ** 2, 0);
}

async function sendEvents({ socketUrl, databaseUrl }: World, count: number): Promise<void> {
  const fleet = startFleet();
  try {
    await fleet.open({
      ...{
        url: socketUrl,
        count: 2,
        user: undefined,
        query: BOARD_CHANGES,
        awaitsAnswer: false,
        bare: false,
      },
    });
    await sleep(1_000);
    await fleet.mark();
    await withClient(databaseUrl, async (client) => {
      const started = performance.now();
      for (let sent = 0; sent < count; sent += EVENTS_PER_TRANSACTION) {
        await client.query('update board set at = $1', [now()]);
        await untilDue(started, sent / count);
      }
    });
    const heard = await fleet.heard(2 * count, 30_000);
    if (heard !== 2 * count) throw new Error(`${heard} of ${2 * count} events have come`);
  } finally {
    await fleet.stop();
  }
}

async function comeAndGo({ base }: World, count: number): Promise<void> {
  const token = signHs256({ ...CLAIMS, exp: 4_000_000_000 }, JWT_SECRET);
  const started = performance.now();
  for (let done = 0; done < count; done += 2 * SUBSCRIPTIONS_AT_A_TIME) {
    await untilDue(started, done / count);
    const client = await openSignedIn(base, '/graphql', { token });
    for (let n = 0; n < SUBSCRIPTIONS_AT_A_TIME; n += 1) {
      subscribe(client, `c${n}`, BOARD_CHANGES);
      subscribe(client, `l${n}`, `subscription { board(where: { id: { _eq: ${n} } }) { id } }`);
    }
    await client.payloads(`l${SUBSCRIPTIONS_AT_A_TIME - 1}`, 1);
    for (let n = 0; n < SUBSCRIPTIONS_AT_A_TIME; n += 1)
      for (const id of [`c${n}`, `l${n}`]) client.say({ id, type: 'complete' });
    await client.close();
  }
}
