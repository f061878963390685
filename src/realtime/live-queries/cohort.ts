/** All who asked the same, as the same caller: one run serves them. A stream is alone in its own, since its position is its own. */
import type { CallerStatement } from '../../database/as-caller.ts';
import type { LiveStatement, Prepare, Sink } from './live-statement.ts';

/** Since the start. */
export interface LiveCounts {
  runs: number;
  deliveries: number;
}

/** One who listens. */
export class Subscriber {
  cohort: Cohort | undefined;
  readonly sink: Sink;
  prepare: Prepare;
  /** What was sent last: the same text as the cohort has, so it costs nothing to keep. */
  sent: string | undefined;

  constructor(sink: Sink, prepare: Prepare) {
    this.sink = sink;
    this.prepare = prepare;
  }

  /** Whether it was news. */
  deliver(text: string): boolean {
    if (this.sent === text) return false;
    this.sent = text;
    this.sink.next(text);
    return true;
  }
}

export class Cohort {
  readonly key: string;
  /** Of whom runs can travel together: one caller, one context. */
  readonly contextKey: string;
  readonly subscribers = new Set<Subscriber>();
  readonly #counts: LiveCounts;
  live: LiveStatement;
  /** What the last run answered. */
  text: string | undefined;
  ranAt = -Infinity;
  /** Something may have changed since its last run began. */
  isStale = false;
  isRunning = false;
  /** Runs that failed in a row, of a kind that may pass. */
  failures = 0;

  constructor(key: string, contextKey: string, live: LiveStatement, counts: LiveCounts) {
    this.#counts = counts;
    this.key = key;
    this.contextKey = contextKey;
    this.live = live;
  }

  get isStream(): boolean {
    return this.live.position !== undefined;
  }

  /** The answer is in; for a stream whether there may be more at once. */
  accept([text, position]: readonly (string | null)[]): boolean {
    this.#counts.runs += 1;
    if (this.isStream) return this.#advance(text, position ?? null);
    const payload = `{"data":${text}}`;
    // Nearly every run finds what the one before it found.
    const same = payload === this.text ? this.text : payload;
    this.text = same;
    for (const one of this.subscribers) this.deliver(one, same);
    return false;
  }

  deliver(subscriber: Subscriber, text: string): void {
    if (subscriber.deliver(text)) this.#counts.deliveries += 1;
  }

  #advance(text: string | null | undefined, position: string | null): boolean {
    if (position === null) return false;
    const { statement } = this.live;
    const values = statement.values.with(this.live.position!, position);
    this.live = { ...this.live, statement: { ...statement, values } satisfies CallerStatement };
    for (const one of this.subscribers) one.sink.next(`{"data":${text}}`);
    this.#counts.deliveries += this.subscribers.size;
    return true;
  }
}
