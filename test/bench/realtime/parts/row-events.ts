/** Ten thousand subscribers to the changes of one table, under policies that tell them apart and under one that does not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../support/scratch-cluster.ts';
import { startChild } from '../../child.ts';
import { withClient } from '../../database.ts';
import type { Figure, Verdict } from '../../results.ts';
import { ROOT } from '../../targets.ts';
import { type Fleet, percentile, startFleet } from '../fleet.ts';
import { now } from '../fleet-protocol.ts';
import { BOARD_CHANGES, createWorld, OWN_CHANGES, serveWorld, USERS, type World } from '../world.ts';
import type { Part } from './part.ts';

const BURST = 20;
const ROUNDS = 5;
const TIMEOUT_MS = 60_000;
/** The catching up of those who came while others were told. */
const SETTLE_MS = 2_000;
const part = 'row-events';

export const measureRowEvents: Part = async ({ cluster, folder }) => {
  const url = await createWorld(cluster, 'row_events');
  const figures: Figure[] = [];
  const verdicts: Verdict[] = [];
  const world = await serveWorld(url, folder);
  const fleet = startFleet();
  const name = (what: string) => `${USERS} subscribers to changes, ${what}`;
  try {
    await subscribe(fleet, world, OWN_CHANGES);
    const owned = await change(fleet, url, 1, (at) => `update item set at = ${at} where id = 77`);
    verdicts.push({
      name: name('each their own group: the owner of a row has its change after'),
      value: owned,
      bar: 1_000,
      unit: 'ms',
      kind: 'at-most',
    });
    const shared = await change(
      fleet,
      url,
      USERS,
      (at) => `update item set at = ${at}, shared = true where id = 78`,
    );
    verdicts.push({
      name: name('each their own group: all have the change of a shared row after'),
      value: shared,
      bar: 1_000,
      unit: 'ms',
      kind: 'at-most',
    });
    figures.push({
      part,
      name: name('each their own group: resident memory'),
      value: world.server.rssMb(),
      unit: 'MB',
    });
    await fleet.drop();
    await subscribe(fleet, world, BOARD_CHANGES);
    const one = await change(fleet, url, USERS, (at) => `update board set at = ${at} where id = 1`);
    verdicts.push({
      name: name('one group: all have a change after'),
      value: one,
      bar: 1_000,
      unit: 'ms',
      kind: 'at-most',
    });
    const ours = await burst(fleet, () =>
      withClient(url, (client) => client.query('update board set at = $1 where id < $2', [now(), BURST])),
    );
    const theirs = await bareFanOut(fleet, folder);
    figures.push({
      part,
      name: `control: deliveries of a bare WebSocket server to ${USERS}`,
      value: theirs,
      unit: '/s',
    });
    figures.push({
      part,
      name: name('one group: deliveries, against the control'),
      value: ours / theirs,
      unit: '×',
    });
    verdicts.push({
      name: name('one group: deliveries'),
      value: ours,
      bar: 50_000,
      unit: '/s',
      kind: 'at-least',
    });
  } finally {
    await fleet.stop();
    await world.stop();
  }
  return { figures, verdicts };
};

async function subscribe(fleet: Fleet, world: World, query: string): Promise<void> {
  await fleet.open({
    ...{ url: world.socketUrl, count: USERS, user: undefined, query, awaitsAnswer: false, bare: false },
  });
  await sleep(SETTLE_MS);
}

/** Until the last one has it: the median of a few changes. */
async function change(
  fleet: Fleet,
  url: string,
  receivers: number,
  sql: (at: number) => string,
): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await fleet.mark();
    const at = now();
    await withClient(url, (client) => client.query(sql(at)));
    const heard = await fleet.heard(receivers, TIMEOUT_MS);
    if (heard !== receivers) throw new Error(`${heard} of ${receivers} subscribers have heard of a change`);
    all.push((await fleet.report()).lastAt - at);
  }
  return percentile(Float64Array.from(all), 50);
}

/** Deliveries in a second, from the first to the last: the best of a few bursts. */
async function burst(fleet: Fleet, send: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await fleet.mark();
    await send();
    const heard = await fleet.heard(USERS * BURST, TIMEOUT_MS);
    if (heard !== USERS * BURST) throw new Error(`${heard} of ${USERS * BURST} deliveries have come`);
    const { firstAt, lastAt, messages } = await fleet.report();
    all.push(messages / ((lastAt - firstAt) / 1000));
  }
  return percentile(Float64Array.from(all), 50);
}

async function bareFanOut(fleet: Fleet, folder: string): Promise<number> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const server = await startChild({
    name: 'fan-out',
    command: [process.execPath, `${ROOT}test/bench/realtime/controls/fan-out.ts`],
    env: { BENCH_PORT: String(port) },
    readyUrl: base,
    folder,
  });
  try {
    await fleet.drop();
    await fleet.open({
      ...{ url: base.replace(/^http/, 'ws'), count: USERS, user: undefined, query: undefined },
      ...{ awaitsAnswer: false, bare: true },
    });
    // As long as ours are.
    const text = `{"id":"1","type":"next","payload":{"data":{"board_changes":{"operation":"UPDATE","new":{"id":10,"at":${now()}},"cursor":"abcdefgh.zzzzz.1"}}}}`;
    return await burst(fleet, () =>
      fetch(base, { method: 'POST', body: Array.from({ length: BURST }, () => text).join('\n') }),
    );
  } finally {
    await fleet.drop();
    await server.stop();
  }
}
