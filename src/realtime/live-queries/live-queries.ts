/**
 * Live queries and streams of this process: who asked what, and whom a change concerns. Equal questions of equal callers are one
 * cohort and one run. What tells of changes is a driver's matter: it calls `wake`.
 */
import type { CallerRunner } from '../../database/as-caller.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { pace } from '../../lib/pace.ts';
import { Cohort, type LiveCounts, Subscriber } from './cohort.ts';
import { CohortIndex } from './cohort-index.ts';
import type { LiveStatement, Prepare, Reach, Sink, Wake } from './live-statement.ts';
import { isLost, RunQueue } from './run-queue.ts';

export interface LiveQueriesInput {
  readonly runner: Pick<CallerRunner, 'run'>;
  readonly maxBatches: number;
  readonly debounceMs: number;
  /** The driver tells of changes, so an answer that nothing woke is still right. */
  readonly isToldOfChanges: () => boolean;
  readonly reach: (live: LiveStatement) => Reach;
  /** Somebody asks: from now on changes are of interest. */
  readonly onSubscribe?: (() => void) | undefined;
  /** Whether anything in the database looks at the headers of a request: only then callers with others differ. */
  readonly headersMatter: () => boolean;
}

/** Subscriptions prepared anew at a time, so that a change of the schema holds nobody up. */
const PREPARED_PER_TURN = 20;
const REFRESH_AGAIN_MS = 1_000;

export class LiveQueries {
  readonly #input: LiveQueriesInput;
  readonly #queue: RunQueue;
  readonly #cohorts = new Map<string, Cohort>();
  readonly #index = new CohortIndex();
  readonly counts: LiveCounts = { runs: 0, deliveries: 0 };
  #streams = 0;
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: LiveQueriesInput) {
    this.#input = input;
    this.#queue = new RunQueue({ ...input, end: (cohort, error) => this.#end(cohort, error) });
  }

  /** Who listens, to live queries and to streams. */
  get subscribers(): { live: number; streams: number } {
    const found = { live: 0, streams: 0 };
    for (const { isStream, subscribers } of this.#cohorts.values())
      found[isStream ? 'streams' : 'live'] += subscribers.size;
    return found;
  }

  /** Cohorts, and those who wait for a run. */
  get size(): number {
    return this.#cohorts.size;
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Throws what `prepare` throws; everything later goes to the sink. */
  async subscribe(sink: Sink, prepare: Prepare): Promise<Subscriber> {
    const subscriber = new Subscriber(sink, prepare);
    this.#input.onSubscribe?.();
    this.#join(subscriber, await prepare());
    return subscriber;
  }

  /** The same subscription for a caller whose claims are others now. Throws what `prepare` throws. */
  async renew(subscriber: Subscriber, prepare: Prepare): Promise<void> {
    const live = await prepare();
    if (!subscriber.cohort) return;
    subscriber.prepare = prepare;
    this.#join(subscriber, live);
  }

  /** Nothing is sent from here on. */
  unsubscribe(subscriber: Subscriber): void {
    const { cohort } = subscriber;
    subscriber.cohort = undefined;
    if (!cohort?.subscribers.delete(subscriber) || cohort.subscribers.size > 0) return;
    this.#forget(cohort);
  }

  wake(wake: Wake): void {
    if (wake === 'all') {
      for (const cohort of this.#cohorts.values()) this.#queue.add(cohort, false);
      return;
    }
    for (const cohort of wake === 'untold' ? this.#index.untold : this.#index.touched(wake))
      this.#queue.add(cohort, false);
  }

  /** Columns of the table whose values decide whom a change concerns; undefined where no query looks at the table. */
  pinnedColumns(table: number): Iterable<string> | undefined {
    return this.#index.pinnedColumns(table);
  }

  /** The schema has changed: every subscription is made anew of its document, and ends where that does not fit any more. */
  refresh(): Promise<void> {
    this.#refreshAgain = this.#refreshing !== undefined;
    this.#refreshing ??= this.#refreshUntilQuiet().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#queue.close();
    this.#cohorts.clear();
  }

  async #refreshUntilQuiet(): Promise<void> {
    do {
      this.#refreshAgain = false;
      const turn = pace(PREPARED_PER_TURN);
      for (const { subscribers } of [...this.#cohorts.values()])
        for (const subscriber of [...subscribers]) {
          await this.#prepareAnew(subscriber);
          await turn();
        }
    } while (this.#refreshAgain);
  }

  async #prepareAnew(subscriber: Subscriber): Promise<void> {
    try {
      await this.renew(subscriber, subscriber.prepare);
    } catch (error) {
      if (isLost(error)) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.refresh(), REFRESH_AGAIN_MS);
        return;
      }
      if (!subscriber.cohort) return;
      this.unsubscribe(subscriber);
      subscriber.sink.error(error);
    }
  }

  /** Registered before it is run: what changes from here on is seen. */
  #join(subscriber: Subscriber, given: LiveStatement): void {
    const before = subscriber.cohort;
    const live = continued(given, before?.live);
    const contextKey = this.#contextKey(live.context);
    const isStream = live.position !== undefined;
    const { name, values } = live.statement;
    const key = isStream
      ? (before?.key ?? this.#streamKey())
      : `${name}\0${JSON.stringify(values)}\0${contextKey}`;
    if (before && (before.key !== key || before.contextKey !== contextKey)) this.unsubscribe(subscriber);
    const known = this.#cohorts.get(key);
    const cohort = known ?? new Cohort(key, contextKey, live, this.counts);
    if (known && before) {
      this.#index.remove(known);
      known.live = live;
    }
    if (!known || before) this.#index.add(cohort, this.#input.reach(live));
    this.#cohorts.set(key, cohort);
    cohort.subscribers.add(subscriber);
    subscriber.cohort = cohort;
    const isCurrent =
      before === undefined &&
      this.#input.isToldOfChanges() &&
      !this.#index.untold.has(cohort) &&
      !cohort.isStale &&
      !cohort.isRunning &&
      cohort.text !== undefined;
    if (isCurrent) cohort.deliver(subscriber, cohort.text!);
    else this.#queue.add(cohort, before === undefined);
  }

  #streamKey(): string {
    this.#streams += 1;
    return `stream ${this.#streams}`;
  }

  #contextKey({ caller, headersText, method, path }: CallerContext): string {
    const headers = this.#input.headersMatter() ? headersText : '';
    return `${caller.role}\0${caller.scope?.key}\0${caller.claimsText}\0${method} ${path}\0${headers}`;
  }

  #forget(cohort: Cohort): void {
    this.#cohorts.delete(cohort.key);
    this.#index.remove(cohort);
    this.#queue.remove(cohort);
  }

  #end(cohort: Cohort, error: unknown): void {
    this.#forget(cohort);
    for (const subscriber of cohort.subscribers) {
      subscriber.cohort = undefined;
      subscriber.sink.error(error);
    }
    cohort.subscribers.clear();
  }
}

/** A stream that is made anew goes on where it was. */
function continued(live: LiveStatement, before: LiveStatement | undefined): LiveStatement {
  if (live.position === undefined || before?.position === undefined) return live;
  const position = before.statement.values[before.position] ?? null;
  const { statement } = live;
  return { ...live, statement: { ...statement, values: statement.values.with(live.position, position) } };
}
