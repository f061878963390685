/** Change capture by itself over a test's database: what comes out of it, in order. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { bootstrap } from '../../src/database/bootstrap.ts';
import type { Observation } from '../../src/observation.ts';
import { type Capture, startCapture } from '../../src/realtime/capture/capture.ts';
import { publishTables } from '../../src/realtime/capture/publications.ts';
import { SlotKeeper } from '../../src/realtime/capture/slot.ts';
import type { Batch } from '../../src/realtime/changes/batch.ts';
import { type Change, changesOf } from '../../src/realtime/changes/change.ts';
import { ChangeFeed } from '../../src/realtime/feed.ts';
import { openFileHistory } from '../../src/realtime/history/file-history.ts';
import type { History } from '../../src/realtime/history/history.ts';
import { TEST_JWT_SECRET, type TestDatabase } from './database.ts';

export interface CaptureUnderTest {
  readonly capture: Capture;
  readonly feed: ChangeFeed;
  readonly history: History;
  readonly batches: readonly Batch[];
  readonly observations: readonly Observation[];
  readonly resets: () => number;
  changes(): Change[];
  /** Waits for so many changes. */
  until(count: number): Promise<Change[]>;
  stop(): Promise<void>;
}

export interface CaptureOptions {
  readonly schemas?: readonly string[];
  readonly fullRows?: readonly string[];
  /** Of the history, where it is to outlive the capture. */
  readonly directory?: string;
  readonly history?: History;
}

export async function captureChanges(
  database: Pick<TestDatabase, 'adminUrl'>,
  options: CaptureOptions = {},
): Promise<CaptureUnderTest> {
  const { schemas = ['public'], fullRows = [] } = options;
  const { platformUrl, replicationUrl = '' } = await bootstrap({
    adminUrl: database.adminUrl,
    mode: 'auto',
    jwtSecret: TEST_JWT_SECRET,
    defaultPrivileges: 'none',
    schemas: [...schemas],
    observe: () => undefined,
  });
  const pool = new pg.Pool({ connectionString: platformUrl, max: 4 });
  pool.on('error', () => undefined);
  await publishTables(pool, schemas, fullRows);
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'goforward-history-')));
  const history =
    options.history ??
    (await openFileHistory(directory, { maxAgeMs: 600_000, maxChanges: 1_000_000, maxBytes: 1e9 }));
  const feed = new ChangeFeed();
  const batches: Batch[] = [];
  const observations: Observation[] = [];
  let resets = 0;
  feed.listen({
    onBatch: (batch) => void batches.push(batch),
    onReset: () => {
      resets += 1;
    },
  });
  const capture = startCapture({
    pool,
    replicationUrl,
    connectTimeoutMs: 5_000,
    prepare: async () => undefined,
    slot: new SlotKeeper(pool, replicationUrl),
    history,
    feed,
    shared: options.history !== undefined,
    observe: (observation) => void observations.push(observation),
  });
  const changes = () => batches.flatMap((batch) => changesOf(batch, () => true));
  return {
    capture,
    feed,
    history,
    batches,
    observations,
    resets: () => resets,
    changes,
    async until(count) {
      await vi.waitFor(
        () => {
          if (changes().length < count) throw new Error(`${changes().length} of ${count} changes`);
        },
        { timeout: 15_000, interval: 10 },
      );
      return changes();
    },
    async stop() {
      await capture.close();
      await history.close();
      await pool.end();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
