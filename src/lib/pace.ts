/** Long work in the event loop of a server: done in pieces, so that requests go on between them. */
import { setImmediate } from 'node:timers/promises';

/** To be awaited after each piece; after `every` pieces others get their turn. */
export function pace(every: number): () => Promise<void> {
  let done = 0;
  return async () => {
    done += 1;
    if (done % every === 0) await setImmediate();
  };
}
