/** Wires realtime: live queries and the driver that wakes them, channels, and the doors of Supabase's clients to them. */
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { Catalog } from '../data/catalog/catalog.ts';
import type { Grants } from '../data/catalog/grants.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import type { Pools } from '../database/pools.ts';
import { readsHeaders } from '../database/reads-headers.ts';
import type { Endpoint } from '../exchange.ts';
import type { MetricSource } from '../metric.ts';
import type { Observe } from '../observation.ts';
import type { SocketEndpoint } from '../socket.ts';
import { type Changes, createChanges, walWarning, whyNoChanges } from './changes.ts';
import { ChannelService } from './channels/channel-service.ts';
import { type Hub, LOCAL_HUB } from './hub/hub.ts';
import { followChanges } from './live-queries/changes-driver.ts';
import { LiveQueries } from './live-queries/live-queries.ts';
import { pollLiveQueries } from './live-queries/polling.ts';
import { type Behind, reachOf, readReach } from './live-queries/reach.ts';
import { realtimeMetrics } from './metrics.ts';
import { createBroadcastEndpoint } from './phoenix/broadcast-endpoint.ts';
import { createPhoenixEndpoint } from './phoenix/endpoint.ts';
import { createChangesFollower } from './postgres-changes/follow.ts';
import { redisKeyOf } from './redis-keys.ts';

export interface RealtimeInput {
  readonly config: Config;
  readonly pools: Pick<Pools, 'changes' | 'platform'>;
  readonly runner: CallerRunner;
  /** Undefined: no login may follow changes. */
  readonly replicationUrl: string | undefined;
  readonly dataDirectory: string | undefined;
  readonly grants: (catalog: Catalog, role: string) => Promise<Grants>;
  /** The role that row security does not hold. */
  readonly serviceRole: string;
  readonly observe: Observe;
}

export interface Realtime {
  readonly liveQueries: LiveQueries;
  /** Undefined where the database cannot tell of changes. */
  readonly changes: Changes | undefined;
  readonly channels: ChannelService;
  /** `/realtime/v1`. */
  readonly socket: SocketEndpoint;
  readonly broadcasts: Endpoint;
  /** For the start page: why live queries poll, and what may fill a disk. */
  readonly warnings: readonly string[];
  readonly metrics: MetricSource;
  /** For `/ready`: throws where changes must arrive and do not. Undefined where they cannot. */
  readonly check: (() => string) | undefined;
  /** The schema is another now. */
  follow(catalog: Catalog): Promise<void>;
  close(): Promise<void>;
}

export async function createRealtime(input: RealtimeInput): Promise<Realtime> {
  const { config, pools, runner, observe } = input;
  const { pollMs, debounceMs, connections } = config.realtime;
  const half = Math.max(1, Math.floor(config.database.maxConnections / 2));
  const ofChanges = { ...input, pool: pools.changes };
  const reason = await whyNoChanges(ofChanges);
  const changes = reason === undefined ? await createChanges(ofChanges) : undefined;
  const warning = changes && (await walWarning(pools.changes));
  const warnings = warning === undefined ? [] : [warning];
  let headersMatter = true;
  let behind: ((oid: number) => Behind) | undefined;
  const liveQueries = new LiveQueries({
    runner,
    maxBatches: Math.min(connections, half),
    debounceMs,
    isToldOfChanges: () => changes?.feed.isLive ?? false,
    onSubscribe: changes && once(() => begin(changes)),
    reach: (live) => reachOf(live, behind, changes?.published()),
    headersMatter: () => headersMatter,
  });
  /** Which tables are told of is known once they are published. */
  async function begin(told: Changes): Promise<void> {
    try {
      await told.begin();
    } catch (error) {
      observe({ type: 'capture-failed', error });
    }
    await liveQueries.refresh();
  }
  let catalog: Catalog | undefined;
  const channels = new ChannelService({
    limits: config.realtime.channels,
    hub: await openHub(config, pools.platform, observe),
    pool: pools.platform,
    runner,
    serviceRole: input.serviceRole,
    changes,
    observe,
  });
  const follower = createChangesFollower({
    rowEvents: changes?.rowEvents,
    pool: pools.platform,
    catalog: () => catalog,
    grants: input.grants,
  });
  const driver = changes
    ? followChanges(liveQueries, changes.feed, pollMs)
    : pollLiveQueries(liveQueries, pollMs);
  return {
    liveQueries,
    changes,
    metrics: () => realtimeMetrics(liveQueries, changes),
    check: changes && (() => readinessOf(changes.state(), config.realtime.capture === 'always')),
    channels,
    socket: createPhoenixEndpoint({ service: channels, followChanges: follower.follow, observe }),
    broadcasts: createBroadcastEndpoint(channels),
    warnings:
      reason === undefined || config.realtime.capture === 'off'
        ? warnings
        : [`Live queries ask every ${pollMs} ms, and changes of rows cannot be followed: ${reason}.`],
    async follow(known) {
      catalog = known;
      await changes?.tablesChanged().catch((error: unknown) => observe({ type: 'capture-failed', error }));
      // Not knowing costs statements, never an answer to the wrong caller.
      headersMatter = await readsHeaders(pools.changes).catch(() => true);
      if (changes) behind = await readReach(pools.changes);
      follower.tablesChanged();
      // Not awaited: whoever made the change need not wait for all subscriptions.
      void liveQueries.refresh();
    },
    async close() {
      driver.close();
      liveQueries.close();
      await channels.close();
      await changes?.close();
    },
  };
}

/** Live queries poll while changes do not arrive, so that is no reason to send clients elsewhere unless it is said to be. */
function readinessOf(state: ReturnType<Changes['state']>, isNeeded: boolean): string {
  if (state === 'failing' && isNeeded) throw new Error('changes of the database do not arrive');
  return state === 'streaming' ? 'ok' : state;
}

function once(work: () => Promise<void>): () => void {
  let isDone = false;
  return () => {
    if (!isDone) void work();
    isDone = true;
  };
}

/** Over Redis where there is one, so that channels reach across processes. */
async function openHub({ redis, realtime }: Config, pool: Pool, observe: Observe): Promise<Hub> {
  if (redis.url === undefined) return LOCAL_HUB;
  const [{ RedisHub }, key] = await Promise.all([import('./hub/redis-hub.ts'), redisKeyOf(pool)]);
  const { queueBytes } = realtime.channels;
  return new RedisHub({ url: redis.url, channel: `${key}:hub`, queueBytes, observe });
}
