/** Changes of the database: where they come from, where they are kept, and who is told of them. */
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';
import { type Capture, startCapture } from './capture/capture.ts';
import { type Published, publishTables } from './capture/publications.ts';
import { type Slot, SlotKeeper } from './capture/slot.ts';
import { type SlotWatch, watchSlot } from './capture/slot-watch.ts';
import { ChangeFeed } from './feed.ts';
import { openFileHistory } from './history/file-history.ts';
import type { History } from './history/history.ts';
import { createRedisHistory } from './history/redis-history.ts';
import { redisKeyOf } from './redis-keys.ts';
import { RowEvents } from './row-events/row-events.ts';
import { Runs } from './row-events/runs.ts';

export interface ChangesInput {
  readonly config: Config;
  readonly pool: Pool;
  readonly runner: CallerRunner;
  /** Undefined: no login may follow changes. */
  readonly replicationUrl: string | undefined;
  /** Where the history is kept without Redis. */
  readonly dataDirectory: string | undefined;
  readonly observe: Observe;
}

export interface Changes {
  readonly feed: ChangeFeed;
  readonly rowEvents: RowEvents;
  /** How the tables are published, as of the last look. */
  readonly published: () => ReadonlyMap<number, Published>;
  readonly state: () => Capture['state'] | 'resting';
  readonly history: Pick<History, 'range'>;
  /** Received and not kept yet. */
  readonly pendingBytes: () => number;
  /** As of the last look; undefined where there is none. */
  readonly slot: () => Slot | undefined;
  /** Begins to follow changes, where that was not done before. Rejects where they do not arrive in time. */
  begin(): Promise<void>;
  /** The tables may be others now. */
  tablesChanged(): Promise<void>;
  close(): Promise<void>;
}

/** Of a subscriber who comes while the first slot is made. */
const BEGIN_TIMEOUT_MS = 10_000;
const SLOT_WATCH_MS = 5_000;

/** A sentence for the start page; undefined where all is as it must be. */
export async function whyNoChanges({
  config,
  pool,
  replicationUrl,
  dataDirectory,
}: ChangesInput): Promise<string | undefined> {
  if (config.realtime.capture === 'off') return 'realtime.capture is off';
  const { rows } = await pool.query<{ level: string }>(
    `select pg_catalog.current_setting('wal_level') as level`,
  );
  if (rows[0]?.level !== 'logical') return `wal_level is ${rows[0]?.level}, not logical`;
  if (replicationUrl === undefined)
    return 'no login has the attribute REPLICATION: set database.replicationUrl';
  if (config.redis.url === undefined && historyDirectory(config, dataDirectory) === undefined)
    return 'there is neither Redis nor a folder to keep changes in: set redis.url or realtime.historyDirectory';
  return undefined;
}

/** A sentence for the start page, where a slot that nobody reads may fill the disk. */
export async function walWarning(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ size: string }>(
    `select pg_catalog.current_setting('max_slot_wal_keep_size') as size`,
  );
  if (rows[0]?.size !== '-1') return undefined;
  return 'PostgreSQL keeps WAL without limit while this server is away, which may fill its disk: set max_slot_wal_keep_size.';
}

/** Where `whyNoChanges` has nothing to say. */
export async function createChanges(input: ChangesInput): Promise<Changes> {
  const { config, pool, runner, dataDirectory, observe, replicationUrl = '' } = input;
  const { realtime, api, database } = config;
  const slot = new SlotKeeper(pool, replicationUrl);
  const limits = {
    maxAgeMs: realtime.historySeconds * 1000,
    maxChanges: realtime.historyChanges,
    maxBytes: realtime.historyBytes,
  };
  const shared = config.redis.url !== undefined;
  const history: History =
    config.redis.url === undefined
      ? await openFileHistory(historyDirectory(config, dataDirectory) ?? '', limits)
      : await openRedisHistory(config.redis.url, limits, pool, observe);
  const feed = new ChangeFeed();
  const runs = new Runs(runner, realtime.visibilityConnections);
  let published: ReadonlyMap<number, Published> = new Map();
  let capture: Capture | undefined;
  let closed = false;
  let slotWatch: SlotWatch | undefined;

  const publish = async () => {
    published = await publishTables(pool, api.schemas, realtime.fullRows);
  };
  let publishing: Promise<void> = Promise.resolve();

  const start = () => {
    if (capture || closed) return;
    publishing = publish();
    slotWatch = watchSlot({
      ...{ keeper: slot, observe, everyMs: SLOT_WATCH_MS },
      warnBytes: realtime.retainedWalWarnBytes,
    });
    const { connectTimeoutMs } = database;
    capture = startCapture({
      ...{ pool, replicationUrl, connectTimeoutMs, slot, history, feed, shared, observe },
      prepare: () => (publishing = publishing.catch(publish)),
    });
  };

  const begin = async () => {
    start();
    await publishing;
    if (!capture || feed.isLive) return;
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, BEGIN_TIMEOUT_MS, 'late').unref());
    if ((await Promise.race([capture.ready, late])) !== 'late') return;
    const hint =
      capture.state === 'standby'
        ? 'Another process follows the changes of this database: set redis.url, so that it can share them.'
        : 'The log says why. A transaction that has run for long holds up the first start.';
    throw new AppError('changes-unavailable', 'changes of the database do not arrive', { hint });
  };

  const rowEvents = new RowEvents({ feed, history, pool, runs, ready: begin, published: () => published });
  if (realtime.capture === 'always' || (await slot.find()) !== undefined) start();
  return {
    feed,
    rowEvents,
    published: () => published,
    state: () => capture?.state ?? 'resting',
    history,
    pendingBytes: () => capture?.pendingBytes ?? 0,
    slot: () => slotWatch?.slot,
    begin,
    async tablesChanged() {
      if (!capture) return;
      const published = publishing.catch(() => undefined).then(publish);
      publishing = published;
      await published;
      rowEvents.tablesChanged();
    },
    async close() {
      closed = true;
      slotWatch?.stop();
      rowEvents.close();
      runs.close();
      await capture?.close();
      await history.close();
    },
  };
}

function historyDirectory({ realtime }: Config, dataDirectory: string | undefined): string | undefined {
  if (realtime.historyDirectory !== undefined) return realtime.historyDirectory;
  return dataDirectory === undefined ? undefined : join(dataDirectory, 'changes');
}

async function openRedisHistory(
  url: string,
  limits: Parameters<typeof createRedisHistory>[0]['limits'],
  pool: Pool,
  observe: Observe,
): Promise<History> {
  const { connectRedis } = await import('./history/redis-connections.ts');
  return createRedisHistory({ ...connectRedis(url, observe), prefix: await redisKeyOf(pool), limits });
}
