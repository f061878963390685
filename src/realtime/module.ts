/** Wires realtime: live queries, and the driver that wakes them. */
import type { Config } from '../config.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import type { Pools } from '../database/pools.ts';
import { readsHeaders } from '../database/reads-headers.ts';
import { LiveQueries } from './live-queries/live-queries.ts';
import { pollLiveQueries } from './live-queries/polling.ts';

export interface RealtimeInput {
  readonly config: Pick<Config, 'realtime' | 'database'>;
  readonly pools: Pick<Pools, 'platform'>;
  readonly runner: CallerRunner;
}

export interface Realtime {
  readonly liveQueries: LiveQueries;
  /** The schema is another now. */
  follow(): Promise<void>;
  close(): void;
}

export function createRealtime({ config, pools, runner }: RealtimeInput): Realtime {
  const { pollMs, debounceMs, connections } = config.realtime;
  const half = Math.max(1, Math.floor(config.database.maxConnections / 2));
  let headersMatter = true;
  const liveQueries = new LiveQueries({
    runner,
    maxBatches: Math.min(connections, half),
    debounceMs,
    isToldOfChanges: false,
    headersMatter: () => headersMatter,
  });
  const driver = pollLiveQueries(liveQueries, pollMs);
  return {
    liveQueries,
    async follow() {
      headersMatter = await readsHeaders(pools.platform);
      // Not awaited: whoever made the change need not wait for all subscriptions.
      void liveQueries.refresh();
    },
    close() {
      driver.close();
      liveQueries.close();
    },
  };
}
