/**
 * Runs of live queries: those of one caller travel together, a named number of batches at a time, so that they never take all
 * connections. Whatever is asked of a cohort while it runs is done after it: no change is lost between two runs.
 */
import type { CallerRunner } from '../../database/as-caller.ts';
import { AppError } from '../../errors.ts';
import type { Cohort } from './cohort.ts';

export interface RunQueueInput {
  readonly runner: Pick<CallerRunner, 'run'>;
  /** Batches under way at the same time: each holds a connection. */
  readonly maxBatches: number;
  /** How long changes are collected before queries run. */
  readonly debounceMs: number;
  /** A failure that does not pass ends the cohort. */
  readonly end: (cohort: Cohort, error: unknown) => void;
}

/** A batch is one transaction: it must not be long, and one that fails is run again piece by piece. */
const MAX_PER_BATCH = 20;
const RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
/** A query that is cancelled so often in a row is too slow, not unlucky. */
const MAX_FAILURES = 5;

export class RunQueue {
  readonly #input: RunQueueInput;
  /** Who waits for a run, by the caller. */
  readonly #waiting = new Map<string, Set<Cohort>>();
  /** Who failed, and when it is tried again. */
  readonly #later = new Map<Cohort, number>();
  #batches = 0;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(input: RunQueueInput) {
    this.#input = input;
  }

  get waiting(): number {
    let count = this.#later.size;
    for (const group of this.#waiting.values()) count += group.size;
    return count;
  }

  /** Its answer may be another now. Somebody who waits for the first answer is served at once, changes are collected. */
  add(cohort: Cohort, isUrgent: boolean): void {
    if (this.#isClosed) return;
    cohort.isStale = true;
    if (cohort.isRunning || this.#later.has(cohort)) return;
    const group = this.#waiting.get(cohort.contextKey);
    if (group) group.add(cohort);
    else this.#waiting.set(cohort.contextKey, new Set([cohort]));
    this.#schedule(isUrgent ? 0 : this.#input.debounceMs);
  }

  remove(cohort: Cohort): void {
    this.#later.delete(cohort);
    const group = this.#waiting.get(cohort.contextKey);
    if (group?.delete(cohort) && group.size === 0) this.#waiting.delete(cohort.contextKey);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#retryTimer);
    this.#waiting.clear();
    this.#later.clear();
  }

  #schedule(afterMs: number): void {
    const dueAt = performance.now() + afterMs;
    if (dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Infinity;
      this.#pump();
    }, afterMs);
  }

  #pump(): void {
    while (this.#batches < this.#input.maxBatches) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#batches += 1;
      void this.#run(batch).finally(() => {
        this.#batches -= 1;
        if (!this.#isClosed) this.#pump();
      });
    }
  }

  /** The caller who waits longest; what is left of him goes to the end. */
  #take(): Cohort[] {
    const [first] = this.#waiting;
    if (!first) return [];
    const [key, group] = first;
    this.#waiting.delete(key);
    const batch: Cohort[] = [];
    for (const cohort of group) {
      if (batch.length === MAX_PER_BATCH) break;
      group.delete(cohort);
      batch.push(cohort);
    }
    if (group.size > 0) this.#waiting.set(key, group);
    return batch;
  }

  async #run(batch: readonly Cohort[]): Promise<void> {
    for (const cohort of batch) {
      cohort.isRunning = true;
      cohort.isStale = false;
    }
    const asked = batch.map(({ live }) => live);
    try {
      const rows = await this.#input.runner.run(
        asked[0]!.context,
        asked.map(({ statement }) => statement),
        { readOnly: true },
      );
      batch.forEach((cohort, index) => {
        this.#settle(cohort, () => {
          cohort.failures = 0;
          // Made anew meanwhile: this is the answer to what nobody asks any more.
          if (cohort.live !== asked[index]) return true;
          return cohort.accept(rows[index]?.[0] ?? []);
        });
      });
    } catch (error) {
      if (batch.length > 1 && !isLost(error)) await this.#runOneByOne(batch);
      else for (const cohort of batch) this.#settle(cohort, () => this.#failed(cohort, error));
    }
  }

  /** One of them failed, and with it the transaction of all. */
  async #runOneByOne(batch: readonly Cohort[]): Promise<void> {
    for (const cohort of batch) {
      cohort.isRunning = false;
      if (cohort.subscribers.size > 0) await this.#run([cohort]);
    }
  }

  #settle(cohort: Cohort, outcome: () => boolean): void {
    cohort.isRunning = false;
    cohort.ranAt = performance.now();
    if (cohort.subscribers.size === 0 || this.#isClosed) return;
    const again = outcome() || cohort.isStale;
    if (again && cohort.subscribers.size > 0) this.add(cohort, false);
  }

  /** Whether it is to be run again at once. */
  #failed(cohort: Cohort, error: unknown): boolean {
    cohort.failures += 1;
    const mayPass = isLost(error) || (isPassing(error) && cohort.failures < MAX_FAILURES);
    if (!mayPass) {
      this.#input.end(cohort, error);
      return false;
    }
    const delay = Math.min(RETRY_MS * 2 ** (cohort.failures - 1), MAX_RETRY_MS);
    this.#later.set(cohort, performance.now() + delay);
    this.#retryTimer ??= setInterval(() => this.#retry(), RETRY_MS);
    cohort.isStale = false;
    return false;
  }

  #retry(): void {
    const now = performance.now();
    for (const [cohort, dueAt] of this.#later) {
      if (dueAt > now) continue;
      this.#later.delete(cohort);
      this.add(cohort, false);
    }
    if (this.#later.size > 0) return;
    clearInterval(this.#retryTimer);
    this.#retryTimer = undefined;
  }
}

/** PostgreSQL is not there: that is nobody's fault, and everything is asked again when it is back. */
export function isLost(error: unknown): boolean {
  return error instanceof AppError && error.code === 'database-unavailable';
}

/** Slow for once, lost against a writer, or overtaken by DDL of which the new schema is on its way. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['query-cancelled', 'serialization-failure', 'validation-failed'].includes(error.code)
  );
}
