/** Ten thousand sockets that have said who they are and then nothing: what they weigh, and how fast all of them are back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../support/scratch-cluster.ts';
import { type Child, startChild } from '../../child.ts';
import { ROOT } from '../../targets.ts';
import { type Fleet, startFleet } from '../fleet.ts';
import { createWorld, serveWorld, USERS } from '../world.ts';
import type { Part } from './part.ts';

const SETTLE_MS = 5_000;
const part = 'idle-sockets';

export const measureIdleSockets: Part = async ({ cluster, folder }) => {
  const url = await createWorld(cluster, 'idle_sockets');
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const control = await startChild({
    name: 'fan-out',
    command: [process.execPath, `${ROOT}test/bench/realtime/controls/fan-out.ts`],
    env: { BENCH_PORT: String(port) },
    readyUrl: base,
    folder,
  });
  const bare = await weigh(control, base.replace(/^http/, 'ws'), true).finally(() => control.stop());
  const world = await serveWorld(url, folder);
  const ours = await weigh(world.server, world.socketUrl, false).finally(() => world.stop());
  const name = (what: string) => `${USERS} idle sockets: ${what}`;
  return {
    figures: [
      { part, name: name('resident memory before'), value: ours.before, unit: 'MB' },
      { part, name: name('resident memory of a bare WebSocket server'), value: bare.rss, unit: 'MB' },
      { part, name: name('back at a bare WebSocket server'), value: bare.backMs / 1000, unit: 's' },
    ],
    verdicts: [
      { name: name('resident memory'), value: ours.rss, bar: 400, unit: 'MB', kind: 'at-most' },
      {
        name: name('all dropped, all back and signed in'),
        value: ours.backMs / 1000,
        bar: 10,
        unit: 's',
        kind: 'at-most',
      },
      { name: name('errors'), value: ours.failures, bar: 0, unit: '', kind: 'at-most' },
    ],
  };
};

async function weigh(server: Child, url: string, bare: boolean) {
  const fleet: Fleet = startFleet();
  try {
    const before = server.rssMb();
    const request = { url, count: USERS, user: undefined, query: undefined, awaitsAnswer: false, bare };
    await fleet.open(request);
    await sleep(SETTLE_MS);
    const rss = server.rssMb();
    await fleet.drop();
    const backMs = await fleet.open(request);
    const { failures } = await fleet.report();
    return { before, rss, backMs, failures: failures.length };
  } finally {
    await fleet.stop();
  }
}
