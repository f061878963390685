/** A slot that is not read keeps WAL: more than a limit of it is told, once, and again when it had become little meanwhile. */
import { expect, test } from 'vitest';
import type { Observation } from '../../../src/observation.ts';
import type { Slot } from '../../../src/realtime/capture/slot.ts';
import { watchSlot } from '../../../src/realtime/capture/slot-watch.ts';

test('more than the limit is told once, and again after it was half of that', async () => {
  const sizes = [10, 101, 150, 60, 120, 40, 130, 140];
  const told: Observation[] = [];
  let looks = 0;
  const watch = watchSlot({
    keeper: {
      find: async () => {
        const retainedBytes = sizes[Math.min(looks, sizes.length - 1)]!;
        looks += 1;
        return { retainedBytes } as Slot;
      },
    },
    everyMs: 1,
    warnBytes: 100,
    observe: (observation) => void told.push(observation),
  });
  await expect.poll(() => looks).toBeGreaterThan(sizes.length);
  watch.stop();
  expect(told).toEqual([
    { type: 'wal-retained', retainedBytes: 101, limitBytes: 100 },
    { type: 'wal-retained', retainedBytes: 130, limitBytes: 100 },
  ]);
});
