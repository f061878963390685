/** What a live query or a stream asks PostgreSQL, and who listens to the answer. */
import type { CallerStatement } from '../../database/as-caller.ts';
import type { CallerContext } from '../../database/context-statement.ts';

export interface LiveStatement {
  readonly context: CallerContext;
  readonly statement: CallerStatement;
  /** oids of the tables and views that the statement names: a change of them may change the answer. */
  readonly tables: ReadonlySet<number>;
  /** It calls functions: what they read is not known, so any change may change the answer. */
  readonly callsRoutines: boolean;
  /** Of a stream: which of the values is its position. The second column of the answer is the next one. */
  readonly position?: number | undefined;
}

/** Where answers go. After `error` or `complete` nothing follows. */
export interface Sink {
  /** The whole payload as JSON text: `{"data":…}`. One text goes to all who asked the same. */
  next(text: string): void;
  /** What ended the subscription, as it was thrown. */
  error(error: unknown): void;
}

/** Makes the statement anew, of the document it came from, for the schema as it is now. Throws where it does not fit any more. */
export type Prepare = () => Promise<LiveStatement>;

/** Which live queries may have another answer now. */
export type Wake = 'all' | ReadonlySet<number>;
