/** One turn at decoding, from getting the slot to losing it: what PostgreSQL sends is handed out, kept, and then acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CHANGES_PUBLICATION, INSERTS_PUBLICATION } from '../../database/bootstrap/publish.ts';
import type { Batch } from '../changes/batch.ts';
import { Assembler } from './assembler.ts';
import type { CaptureInput } from './capture.ts';
import { type ReplicationConnection, streamSlot } from './replication-connection.ts';
import { untilVisible } from './visible-commits.ts';

/** Of a history that cannot be reached. */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 1_000;
/** Beyond it nothing more is taken from PostgreSQL, which keeps it on disk. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
const MAX_HELD_BYTES = 64 * 1024 * 1024;
const CONGESTION_CHECK_MS = 20;
const UPKEEP_MS = 1_000;

export class CaptureTurn {
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
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
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
