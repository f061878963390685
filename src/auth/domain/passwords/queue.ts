/** At most so many at the same time, at most so many waiting: a storm of logins is refused before it starves the rest. */
import { limited } from '../../errors.ts';

export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

export function createQueue({ concurrency, waiting }: { concurrency: number; waiting: number }): Queue {
  const line: (() => void)[] = [];
  let running = 0;

  async function turn(): Promise<void> {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (line.length >= waiting) {
      throw limited('over_password_hash_limit', 'Too many passwords are being checked; try again', 1);
    }
    // The one who finishes hands its place over, so that nobody slips in between.
    await new Promise<void>((resolve) => line.push(resolve));
  }

  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
