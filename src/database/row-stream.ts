/**
 * Statements whose last one is read in pieces: each piece is asked for when the one before has been taken, so that neither side
 * holds more than one. All is one implicit transaction, as in a batch, which ends with the last row or when nobody reads on.
 * Nothing is prepared by name: such statements are few and large.
 */
import type pg from 'pg';
import { serialize } from 'pg-protocol';
import type { BatchResult, BatchStatement } from './batch.ts';

type Rows = (string | null)[][];

/** How many rows are asked for at first, and how large a piece is to become. */
const FIRST_ROWS = 100;
const PIECE_BYTES = 256 * 1024;
const MAX_ROWS = 10_000;

const FLUSH = serialize.flush();
const SYNC = serialize.sync();

interface ProtocolConnection {
  stream: { write(data: Buffer): boolean };
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  off(event: 'readyForQuery' | 'end', listener: () => void): void;
  sendCopyFail(message: string): void;
}

interface Waiting {
  readonly resolve: (rows: Rows | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Node-postgres calls its handlers; `next` is for the reader. */
class PiecewiseQuery {
  readonly #statements: readonly BatchStatement[];
  readonly results: Rows[] = [];
  #connection: ProtocolConnection | undefined;
  #rows: Rows = [];
  #bytes = 0;
  #waiting: Waiting | undefined;
  #outcome: { readonly error: unknown } | 'suspended' | 'running' | 'done' = 'running';
  #stopping = false;
  /** The connection is lost with it. */
  broken: Error | undefined;
  #ended: () => void = () => undefined;
  /** Settles when the connection is free again. */
  readonly ended: Promise<void> = new Promise((resolve) => {
    this.#ended = resolve;
  });

  constructor(statements: readonly BatchStatement[]) {
    this.#statements = statements;
  }

  submit(connection: ProtocolConnection): void {
    this.#connection = connection;
    const messages: Buffer[] = [];
    this.#statements.forEach(({ text, values }, index) => {
      const isLast = index === this.#statements.length - 1;
      messages.push(
        serialize.parse({ text }),
        serialize.bind({ values: values as (string | null)[] }),
        serialize.execute(isLast ? { rows: FIRST_ROWS } : {}),
      );
    });
    connection.stream.write(Buffer.concat([...messages, FLUSH]));
  }

  /** The next rows; undefined after the last. Throws what PostgreSQL said. */
  next(): Promise<Rows | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#hand();
    });
  }

  /** No further piece is wanted. True: PostgreSQL is at work on one, and ends sooner when it is cancelled. */
  stop(): boolean {
    this.#stopping = true;
    if (this.#outcome === 'suspended') this.#end();
    return this.#outcome === 'running';
  }

  #end(): void {
    this.#outcome = 'done';
    this.#connection?.stream.write(SYNC);
  }

  #hand(): void {
    const waiting = this.#waiting;
    if (!waiting || this.#outcome === 'running') return;
    this.#waiting = undefined;
    if (typeof this.#outcome === 'object') {
      waiting.reject(this.#outcome.error);
      return;
    }
    const rows = this.#rows;
    const bytes = this.#bytes;
    this.#rows = [];
    this.#bytes = 0;
    if (this.#outcome === 'done') {
      waiting.resolve(rows.length === 0 ? undefined : rows);
      return;
    }
    waiting.resolve(rows);
    this.#outcome = 'running';
    const fitting = Math.floor((PIECE_BYTES * rows.length) / Math.max(1, bytes));
    const wanted = Math.min(MAX_ROWS, Math.max(1, fitting));
    this.#connection?.stream.write(Buffer.concat([serialize.execute({ rows: wanted }), FLUSH]));
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#rows.push(fields);
    for (const field of fields) this.#bytes += field?.length ?? 0;
  }

  handlePortalSuspended(): void {
    if (this.#stopping) this.#end();
    else this.#outcome = 'suspended';
    this.#hand();
  }

  handleCommandComplete(): void {
    if (this.results.length < this.#statements.length - 1) {
      this.results.push(this.#rows);
      this.#rows = [];
      this.#bytes = 0;
      return;
    }
    this.#end();
    this.#hand();
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleCopyInResponse(connection: ProtocolConnection): void {
    connection.sendCopyFail('copy is not possible here');
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.#ended();
  }

  /** What follows an error is thrown away until Sync, and node-postgres has forgotten the query by then. */
  handleError(error: unknown, connection: ProtocolConnection): void {
    this.#outcome = { error };
    const { severity } = error as { severity?: string };
    const settle = () => {
      connection.off('readyForQuery', settle);
      connection.off('end', settle);
      this.#hand();
      this.#ended();
    };
    if (severity !== 'ERROR') {
      this.broken = error as Error;
      settle();
      return;
    }
    connection.once('readyForQuery', settle);
    connection.once('end', settle);
    connection.stream.write(SYNC);
  }
}

export interface RowStream {
  /** The rows of the statements before the last. */
  readonly results: BatchResult;
  /** The next piece; undefined after the last row. Throws what PostgreSQL said; then nothing follows. */
  next(): Promise<Rows | undefined>;
  /** Reads no further. True: PostgreSQL is at work on a piece that nobody wants, and should be told. */
  stop(): boolean;
  /** Settles when the connection is free again, or lost. */
  readonly ended: Promise<{ readonly broken: Error | undefined }>;
  readonly processId: number;
}

export function openRowStream(client: pg.PoolClient, statements: readonly BatchStatement[]): RowStream {
  const query = new PiecewiseQuery(statements);
  client.query(query as unknown as pg.Submittable);
  return {
    results: query.results,
    next: () => query.next(),
    stop: () => query.stop(),
    ended: query.ended.then(() => ({ broken: query.broken })),
    processId: (client as unknown as { processID: number }).processID,
  };
}
