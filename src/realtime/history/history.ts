/** What happened lately: kept so that a subscriber who was away gets every change it missed, or is told that it cannot. */
import type { Batch } from '../changes/batch.ts';
import type { Position } from '../changes/cursor.ts';

export interface HistoryLimits {
  readonly maxAgeMs: number;
  readonly maxChanges: number;
  readonly maxBytes: number;
}

export interface HistoryRange {
  /** Of the stream; another one begins where the slot was lost. */
  readonly epoch: string;
  /** Changes after this position are here; a cursor before it has expired. */
  readonly from: Position;
  /** The newest change that is here. */
  readonly to: Position;
}

export interface History {
  /** Undefined: no stream was begun yet. */
  range(): Promise<HistoryRange | undefined>;
  /** Forgets everything and begins a stream at a position. */
  begin(epoch: string, at: Position): Promise<void>;
  /**
   * Resolves when the batches cannot be lost by the end of this process. What is there already is not added again. To be called every now
   * and then, without any: what is too old goes.
   */
  append(batches: readonly Batch[]): Promise<void>;
  /** What another process has added, and this one may have to put back; everything before it was added up to `after`. */
  note(batch: Batch, after: Position): void;
  /** To be added to from here on. Where nothing is kept of it any more, what is still at hand is put back, at the least its end. */
  resume(epoch: string, end: Position): Promise<void>;
  /** Batches with changes after the position, in order, up to what is there at the time; the first may hold older ones. */
  read(after: Position): AsyncIterable<Batch>;
  /** True as soon as there is something after the position, false when the time is over. */
  waitFor(after: Position, timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}
