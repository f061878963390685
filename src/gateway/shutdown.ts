/** Opened in order, closed in reverse; each part gets what is left of one deadline, and one that fails does not keep the others open. */
import type { Observe } from '../observation.ts';

export interface Closers {
  /** Remembers how to undo what was just started. When the stop has already begun, undoes it at once and throws. */
  add(name: string, close: (remainingMs: number) => Promise<void> | void): Promise<void>;
  /** Closes everything once; later calls wait for the first. */
  closeAll(timeoutMs: number): Promise<void>;
}

/** What a part may still use when the deadline has passed: enough to hang up, too little to wait. */
const MINIMUM_MS = 100;

export function createClosers(observe: Observe): Closers {
  const closers: { name: string; close: (remainingMs: number) => Promise<void> | void }[] = [];
  let closing: Promise<void> | undefined;

  async function closeInReverse(deadline: number): Promise<void> {
    for (const { name, close } of closers.reverse()) {
      const remainingMs = Math.max(MINIMUM_MS, deadline - performance.now());
      try {
        await within(remainingMs, async () => close(remainingMs), name);
      } catch (error) {
        observe({ type: 'unexpected-error', error, where: `closing ${name}` });
      }
    }
  }

  return {
    async add(name, close) {
      if (closing === undefined) {
        closers.push({ name, close });
        return;
      }
      await close(MINIMUM_MS);
      throw new Error(`${name} was started while the server was stopping`);
    },
    closeAll: (timeoutMs) => {
      closing ??= closeInReverse(performance.now() + timeoutMs);
      return closing;
    },
  };
}

async function within(timeoutMs: number, work: () => Promise<void>, name: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${name} did not close within ${Math.round(timeoutMs)} ms`)),
      timeoutMs,
    );
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
