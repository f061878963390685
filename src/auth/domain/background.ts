/** Work that no answer waits for: failures are observed, and a stop waits for what is under way. */
import type { Observe } from '../../observation.ts';

export interface Background {
  run(where: string, work: () => Promise<void>): void;
  /** Settles when nothing is under way any more. */
  idle(): Promise<void>;
}

export function createBackground(observe: Observe): Background {
  const running = new Set<Promise<void>>();
  return {
    run(where, work) {
      const task: Promise<void> = work()
        .catch((error: unknown) => observe({ type: 'unexpected-error', error, where }))
        .finally(() => running.delete(task));
      running.add(task);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
