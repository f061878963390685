/** The stream of changes within this process: whoever captures or receives them puts them in, whoever lives on them takes them out. */
import { type Batch, changeCount, lastOf, remainder } from './changes/batch.ts';
import { secondsOf } from './changes/change.ts';
import { BEGINNING, comparePositions, type Position } from './changes/cursor.ts';

export interface FeedListener {
  /** The changes can be seen by now. What it keeps of the batch beyond the call it reports by `hold`. */
  onBatch(batch: Batch): void;
  /** Changes were lost, or a new stream has begun: all that was derived from changes is to be read anew. */
  onReset(): void;
  /** Changes begin to arrive, or have ceased to. */
  onLive?(isLive: boolean): void;
}

export class ChangeFeed {
  readonly #listeners = new Set<FeedListener>();
  #epoch = '';
  #position: Position = BEGINNING;
  #heldBytes = 0;
  readonly #counts = { changes: 0, resets: 0 };
  #newest: { committedAt: number; delay: number } | undefined;
  #live = false;

  /** Of the stream; empty before there is one. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The newest change that was handed out. */
  get position(): Position {
    return this.#position;
  }

  /** Changes arrive: of what is not announced nothing happened. */
  get isLive(): boolean {
    return this.#live;
  }

  /** Handed out since the start, and how often all was to be read anew. */
  get counts(): { readonly changes: number; readonly resets: number } {
    return this.#counts;
  }

  /** Of the newest change that was handed out: when it was committed, and how long it took from there, in seconds. */
  get newest(): { readonly committedAt: number; readonly delay: number } | undefined {
    return this.#newest;
  }

  /** What listeners still work on. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Keeps account of memory until the returned function is called. */
  hold(bytes: number): () => void {
    this.#heldBytes += bytes;
    let held = true;
    return () => {
      if (held) this.#heldBytes -= bytes;
      held = false;
    };
  }

  /** Changes begin to arrive, or have ceased to. */
  setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    for (const listener of [...this.#listeners]) listener.onLive?.(live);
  }

  /** Takes up a stream at a position. Where that is not the one that was followed so far, all is to be read anew. */
  follow(epoch: string, position: Position): void {
    const isGap = epoch !== this.#epoch || comparePositions(position, this.#position) > 0;
    if (!isGap) return;
    const isFirst = this.#epoch === '';
    this.#epoch = epoch;
    this.#position = position;
    if (!isFirst) this.#counts.resets += 1;
    if (!isFirst) for (const listener of [...this.#listeners]) listener.onReset();
  }

  /** What was handed out before is left out, so that the same changes may come from two sides. */
  dispatch(batch: Batch): void {
    const fresh = remainder(batch, this.#position);
    if (!fresh) return;
    this.#position = lastOf(fresh);
    this.#note(fresh);
    for (const listener of [...this.#listeners]) listener.onBatch(fresh);
  }
  #note(batch: Batch): void {
    this.#counts.changes += changeCount(batch);
    const committedAt = secondsOf(batch.parts.at(-1)?.committedAt ?? 0n);
    this.#newest = { committedAt, delay: Math.max(0, Date.now() / 1000 - committedAt) };
  }
}
