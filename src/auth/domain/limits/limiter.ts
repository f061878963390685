/** How often something may happen within a window of time: counted in this process, or together with others in Redis. */
import { LRUCache } from 'lru-cache';

export interface Allowance {
  /** What is counted: everything of this name together. */
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

export interface Limiter {
  /**
   * Counts one try against all of them, or against none where one is used up: then how many milliseconds to wait, else 0.
   * So a client who is refused for their own tries uses up nothing of what everybody shares.
   */
  take(allowances: readonly Allowance[]): Promise<number>;
  close(): Promise<void>;
}

interface Window {
  count: number;
  endsAt: number;
}

/** The names of an attacker are many; the oldest make room, while what all tries share is used and stays. */
const ENTRIES = 200_000;

export function createMemoryLimiter(now: () => number): Limiter {
  const windows = new LRUCache<string, Window>({ max: ENTRIES });

  function current({ name }: Allowance): Window | undefined {
    const found = windows.get(name);
    return found !== undefined && found.endsAt > now() ? found : undefined;
  }

  function take(allowances: readonly Allowance[]): number {
    let wait = 0;
    for (const allowance of allowances) {
      const window = current(allowance);
      if (window !== undefined && window.count >= allowance.limit)
        wait = Math.max(wait, window.endsAt - now());
    }
    if (wait > 0) return wait;
    for (const allowance of allowances) {
      const window = current(allowance);
      if (window === undefined) windows.set(allowance.name, { count: 1, endsAt: now() + allowance.windowMs });
      else window.count += 1;
    }
    return 0;
  }

  return { take: async (allowances) => take(allowances), close: async () => undefined };
}
