/** The driver of live queries for databases that cannot tell of changes: everything is asked again, every so often. */
import type { LiveQueries } from './live-queries.ts';

export interface Driver {
  close(): void;
}

export function pollLiveQueries(liveQueries: Pick<LiveQueries, 'wake'>, everyMs: number): Driver {
  const timer = setInterval(() => liveQueries.wake('all'), everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
