/**
 * Brings the changes of the database into the feed and the history. Whoever of several processes holds the slot decodes; the others
 * wait for it, and meanwhile take what it puts into a history that they share.
 *
 * What holds: a change is handed out only when it can be seen; PostgreSQL is told that it may forget a change only when the history
 * has it; what is sent twice has the same cursor, and is handed out once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { CHANGES_PUBLICATION, INSERTS_PUBLICATION } from '../../database/bootstrap/publish.ts';
import type { Observe } from '../../observation.ts';
import type { Batch } from '../changes/batch.ts';
import type { ChangeFeed } from '../feed.ts';
import type { History } from '../history/history.ts';
import { Assembler } from './assembler.ts';
import { type ReplicationConnection, streamSlot } from './replication-connection.ts';
import { newEpoch, type SlotKeeper } from './slot.ts';
import { untilVisible } from './visible-commits.ts';

export type CaptureState = 'starting' | 'streaming' | 'standby' | 'failing' | 'stopped';

export interface CaptureInput {
  readonly pool: Pool;
  readonly replicationUrl: string;
  readonly connectTimeoutMs: number;
  /** Sees to it that the publications are there: a slot that is older than they are cannot be read. */
  readonly prepare: () => Promise<void>;
  readonly slot: SlotKeeper;
  readonly history: History;
  readonly feed: ChangeFeed;
  /** Other processes write into the same history: what comes while we wait is taken from there. */
  readonly shared: boolean;
  readonly observe: Observe;
}

export interface Capture {
  readonly state: CaptureState;
  /** Behind what PostgreSQL has sent, in bytes of changes. */
  readonly pendingBytes: number;
  /** Settles when changes arrive for the first time. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** How often it is tried to get the slot that somebody else holds. */
const TAKEOVER_MS = 500;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
const LONGEST_KEEP_RETRY_MS = 1_000;
/** Beyond it nothing more is taken from PostgreSQL, which keeps it on disk. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
const MAX_HELD_BYTES = 64 * 1024 * 1024;
const CONGESTION_CHECK_MS = 20;
const UPKEEP_MS = 1_000;

/** Held by somebody else; not there; the WAL it needs is gone. */
const SLOT_ACTIVE = '55006';

export function startCapture(input: CaptureInput): Capture {
  const { slot, history, feed, observe } = input;
  let state: CaptureState = 'starting';
  let closed = false;
  /** Since the last failure. */
  let worked = false;
  let turn: CaptureTurn | undefined;
  let setReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    setReady = resolve;
  });
  const closing = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  const enter = (next: CaptureState) => {
    if (state === next) return;
    state = next;
    const isLive = next === 'streaming' || (next === 'standby' && input.shared);
    feed.setLive(isLive);
    if (isLive) {
      worked = true;
      setReady();
    }
    observe({ type: 'capture-state', state: next });
  };

  /** Returns when the slot was lost or somebody else has it; throws when something is wrong. */
  async function attempt(): Promise<void> {
    await input.prepare();
    const found = await slot.find();
    if (found?.isActive) return standBy();
    const begins = !found || found.isLost;
    if (begins) {
      const at = await slot.create();
      const epoch = newEpoch();
      await history.begin(epoch, { lsn: at, sequence: -1 });
      await slot.setEpoch(epoch);
      if (found?.isLost)
        observe({ type: 'changes-lost', reason: 'PostgreSQL had to drop WAL that was not read yet' });
    }
    if (closed) return;
    const mine = new CaptureTurn(input);
    try {
      await mine.open(await slot.name());
      turn = mine;
      await takeUp();
      enter('streaming');
      await mine.run();
    } catch (error) {
      if ((error as { code?: string }).code === SLOT_ACTIVE) return standBy();
      throw error;
    } finally {
      turn = undefined;
      await mine.close();
    }
  }

  /** What the history has and the feed has not is handed out first; a history of another stream is begun anew. */
  async function takeUp(): Promise<void> {
    const epoch = await slot.epoch();
    const kept = (await history.range())?.epoch;
    // What this process has followed all the time goes on, though nothing is kept of it any more.
    const goesOn = epoch !== undefined && (kept ?? feed.epoch) === epoch;
    if (goesOn) {
      await catchUp();
      await history.resume(epoch, feed.position);
    } else {
      const anew = newEpoch();
      const at = { lsn: (await slot.find())?.confirmed ?? 0n, sequence: -1 };
      await history.begin(anew, at);
      await slot.setEpoch(anew);
      feed.follow(anew, at);
    }
  }

  async function catchUp(): Promise<void> {
    const range = await history.range();
    if (!range) return;
    feed.follow(range.epoch, feed.epoch === '' ? range.to : range.from);
    for await (const batch of history.read(feed.position)) {
      history.note(batch, feed.position);
      feed.dispatch(batch);
    }
  }

  async function standBy(): Promise<void> {
    if (input.shared) await catchUp();
    enter('standby');
    const until = Date.now() + TAKEOVER_MS;
    while (!closed && Date.now() < until) {
      if (!input.shared) await pause(TAKEOVER_MS);
      else if (await history.waitFor(feed.position, until - Date.now())) await catchUp();
    }
  }

  const running = (async () => {
    let retryMs = FIRST_RETRY_MS;
    while (!closed) {
      try {
        await attempt();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (closed) break;
        if (worked) retryMs = FIRST_RETRY_MS;
        worked = false;
        enter('failing');
        observe({ type: 'capture-failed', error });
        await pause(retryMs * (0.5 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
    enter('stopped');
  })();

  return {
    get state() {
      return state;
    },
    get pendingBytes() {
      return turn?.pendingBytes ?? 0;
    },
    ready,
    async close() {
      closed = true;
      closing.abort();
      turn?.stop();
      await running;
    },
  };
}

/** From getting the slot to losing it. */
class CaptureTurn {
  readonly #input: CaptureInput;
  readonly #assembler = new Assembler();
  #connection: ReplicationConnection | undefined;
  #paused = false;
  #scheduled = false;
  #working = false;
  #active = false;
  #idleEnd = 0n;
  /** Handed out, and on the way into the history. */
  readonly #unkept: { batches: Batch[]; end: bigint }[] = [];
  #unkeptBytes = 0;
  #keeping = false;
  #fail: (error: unknown) => void = () => undefined;
  readonly #failed = new Promise<never>((_resolve, reject) => {
    this.#fail = reject;
  });

  constructor(input: CaptureInput) {
    this.#input = input;
    this.#failed.catch(() => undefined);
  }

  get pendingBytes(): number {
    return this.#assembler.size + this.#unkeptBytes;
  }

  async open(slot: string): Promise<void> {
    const { replicationUrl, connectTimeoutMs } = this.#input;
    const publications = [CHANGES_PUBLICATION, INSERTS_PUBLICATION];
    this.#connection = await streamSlot(
      { connectionString: replicationUrl, connectTimeoutMs, slot, publications },
      {
        onMessage: (message) => {
          this.#assembler.add(message);
          this.#schedule();
        },
        onKeepAlive: (walEnd) => {
          if (this.#assembler.isBetweenTransactions) this.#idleEnd = walEnd;
          this.#acknowledgeIdle();
        },
      },
    );
  }

  /** Settles when the slot is lost. */
  async run(): Promise<void> {
    this.#active = true;
    this.#schedule();
    const upkeep = setInterval(() => this.#upkeep(), UPKEEP_MS);
    upkeep.unref();
    try {
      await Promise.race([this.#connection?.ended, this.#failed]);
    } finally {
      clearInterval(upkeep);
    }
  }

  /** What is too old goes also while nothing happens, and a history that was lost is made good. */
  #upkeep(): void {
    if (!this.#keeping) this.#input.history.append([]).catch(() => undefined);
  }

  stop(): void {
    this.#fail(new Error('the server is stopping'));
  }

  async close(): Promise<void> {
    this.#active = false;
    this.#fail(new Error('the turn is over'));
    await this.#connection?.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#working || !this.#active) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#working = true;
      this.#pump()
        .catch((error) => this.#fail(error))
        .finally(() => {
          this.#working = false;
        });
    });
  }

  async #pump(): Promise<void> {
    for (let taken = this.#assembler.take(); this.#active && taken; taken = this.#assembler.take()) {
      const { batch, end } = taken;
      if (batch) {
        await untilVisible(this.#input.pool, [...new Set(batch.parts.map(({ xid }) => xid))]);
        if (!this.#active) return;
        this.#input.feed.dispatch(batch);
      }
      this.#unkept.push({ batches: batch ? [batch] : [], end });
      this.#unkeptBytes += batch?.bytes.length ?? 0;
      if (!this.#keeping) void this.#keep();
      await this.#untilThereIsRoom();
    }
  }

  /** Everything that has come up meanwhile goes into the history at once. While that cannot be reached, PostgreSQL keeps it too. */
  async #keep(): Promise<void> {
    this.#keeping = true;
    for (let retryMs = FIRST_RETRY_MS; this.#active && this.#unkept.length > 0; ) {
      const now = [...this.#unkept];
      const batches = now.flatMap((one) => one.batches);
      try {
        if (batches.length > 0) await this.#input.history.append(batches);
      } catch (error) {
        this.#input.observe({ type: 'history-failed', error });
        await sleep(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_KEEP_RETRY_MS);
        continue;
      }
      retryMs = FIRST_RETRY_MS;
      this.#unkept.splice(0, now.length);
      for (const { bytes } of batches) this.#unkeptBytes -= bytes.length;
      this.#connection?.acknowledge(now.at(-1)?.end ?? 0n);
    }
    this.#keeping = false;
    this.#acknowledgeIdle();
  }

  /** WAL in which nothing is published need not be kept for us. */
  #acknowledgeIdle(): void {
    const isIdle = !this.#working && !this.#scheduled && !this.#keeping && this.#unkept.length === 0;
    if (isIdle && this.#active && this.#assembler.isBetweenTransactions && this.#assembler.size === 0)
      this.#connection?.acknowledge(this.#idleEnd);
  }

  async #untilThereIsRoom(): Promise<void> {
    const isFull = () => this.pendingBytes > MAX_PENDING_BYTES || this.#input.feed.heldBytes > MAX_HELD_BYTES;
    while (this.#active && isFull()) {
      if (!this.#paused) this.#connection?.pause();
      this.#paused = true;
      await sleep(CONGESTION_CHECK_MS);
    }
    if (this.#paused) this.#connection?.resume();
    this.#paused = false;
  }
}
