/** From the command to the first answer with an embedded database that exists already, and the memory of a server at rest. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixed, median, say } from '../output.ts';
import type { Figure, Verdict } from '../results.ts';
import { spawnGoForward } from '../targets.ts';

const STARTS = 3;
const IDLE_MS = 3_000;

export async function measureColdStart(): Promise<{ figures: Figure[]; verdicts: Verdict[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'goforward-start-'));
  // As root the embedded server runs under another user, which must be able to pass through.
  await chmod(folder, 0o755);
  try {
    const start = () => spawnGoForward(undefined, folder);
    const first = await start();
    const firstMs = first.child.readyMs;
    await first.child.stop();
    const readyMs: number[] = [];
    let rssMb = 0;
    for (let count = 0; count < STARTS; count++) {
      const { child } = await start();
      readyMs.push(child.readyMs);
      if (count === STARTS - 1) {
        await sleep(IDLE_MS);
        rssMb = child.rssMb();
      }
      await child.stop();
    }
    const ready = median(readyMs);
    say(
      `  start to ready ${fixed(ready, 0)} ms (very first ${fixed(firstMs, 0)} ms), idle ${fixed(rssMb, 0)} MB`,
    );
    const figure = (name: string, value: number, unit: string): Figure => ({
      part: 'cold-start',
      name,
      value,
      unit,
    });
    return {
      figures: [
        figure('very first start: database made, roles and schemas created', firstMs, 'ms'),
        figure('start to ready with an existing embedded database', ready, 'ms'),
        figure('resident memory of the idle node process', rssMb, 'MB'),
      ],
      verdicts: [
        {
          name: 'start to ready, existing embedded database',
          value: ready,
          bar: 2_000,
          unit: 'ms',
          kind: 'at-most',
        },
        { name: 'idle memory of the node process', value: rssMb, bar: 200, unit: 'MB', kind: 'at-most' },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
