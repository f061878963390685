/**
 * Statements of many callers, a few to a round trip and a few round trips at a time. What one of them does wrong is not the fault of
 * the others: then each runs by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallerRequest, CallerRunner } from '../../database/as-caller.ts';
import type { BatchResult } from '../../database/batch.ts';
import { AppError, type ErrorCode } from '../../errors.ts';

const REQUESTS_PER_ROUND_TRIP = 50;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** No word about the statement: the same one may work in a moment. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'database-unavailable',
  'database-unreachable',
  'serialization-failure',
]);

interface Waiting {
  readonly request: CallerRequest;
  settle(result: BatchResult): void;
  fail(error: unknown): void;
}

export class Runs {
  readonly #runner: CallerRunner;
  readonly #concurrency: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #closed = false;

  constructor(runner: CallerRunner, concurrency: number) {
    this.#runner = runner;
    this.#concurrency = concurrency;
  }

  /** The rows of each statement. Rejects with what PostgreSQL says of it; while it cannot be reached, waits. */
  run(request: CallerRequest): Promise<BatchResult> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ request, settle, fail });
      // What else this turn of the event loop asks goes along.
      queueMicrotask(() => this.#next());
    });
  }

  close(): void {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(stopping());
  }

  #next(): void {
    while (this.#running < this.#concurrency && this.#waiting.length > 0) {
      this.#running += 1;
      void this.#runTogether(this.#waiting.splice(0, REQUESTS_PER_ROUND_TRIP)).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #runTogether(list: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#untilReached(list.map(({ request }) => request));
      list.forEach(({ settle }, index) => {
        settle(results[index] ?? []);
      });
    } catch (error) {
      const [only] = list;
      if (list.length === 1) only?.fail(error);
      else for (const one of list) await this.#runTogether([one]);
    }
  }

  async #untilReached(requests: readonly CallerRequest[]): Promise<BatchResult[]> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      if (this.#closed) throw stopping();
      try {
        return await this.#runner.runAll(requests, 'commit');
      } catch (error) {
        if (!(error instanceof AppError) || !PASSING.has(error.code)) throw error;
        await sleep(retryMs);
      }
    }
  }
}

function stopping(): AppError {
  return new AppError('database-unavailable', 'the server is stopping');
}
