/** What a live query or a stream asks PostgreSQL, and who listens to the answer. */
import type { CallerStatement } from '../../database/as-caller.ts';
import type { CallerContext } from '../../database/context-statement.ts';

export interface LiveStatement {
  readonly context: CallerContext;
  readonly statement: CallerStatement;
  /** oids of the tables and views that the statement names: a change of them may change the answer. */
  readonly tables: ReadonlySet<number>;
  /** It calls functions: what they read is not known. */
  readonly callsRoutines: boolean;
  /** Rows of one of the tables that have another value in this column cannot change the answer. */
  readonly pin?: { readonly table: number; readonly column: string; readonly value: string } | undefined;
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

/** Which live queries may have another answer now: all, those that no change is told of, or those of tables. */
export type Wake = 'all' | 'untold' | ReadonlyMap<number, Touched>;

/** Of the rows that changed: their values, before and after, by column; `any` where they are not known. */
export type Touched = 'any' | ReadonlyMap<string, 'any' | ReadonlySet<string>>;

/** What changes are told of that can change the answer of a query. */
export interface Reach {
  readonly tables: ReadonlySet<number>;
  /** Something else can, too. */
  readonly isUntold: boolean;
  /** The pin of the query holds: its table is read nowhere else. */
  readonly mayPin: boolean;
}
