/**
 * A node-postgres Submittable that sends several extended-protocol statements with ONE Sync: one round trip, one implicit
 * transaction. Knows nothing of callers; `as-caller.ts` does.
 *
 * Rules it keeps (why: docs/architecture.md, "The one-Sync batch"):
 * - a statement is parsed only after those before it ran, so Parse sees the role that they set;
 * - nothing is handed out before ReadyForQuery: a deferred constraint fails as late as Sync;
 * - named statements are tracked per connection by counting ParseComplete, since node-postgres only tracks its own;
 * - all values are text or null before the first byte is written: a serializer that throws half-way would hang the connection.
 */
import type pg from 'pg';
import { serialize } from 'pg-protocol';
import { invariant } from '../errors.ts';

export interface BatchStatement {
  readonly text: string;
  /** Prepared under this name per connection; undefined = unnamed, parsed each time. */
  readonly name: string | undefined;
  readonly values: readonly (string | null)[];
}

/** The rows of each statement: columns as PostgreSQL prints them. */
export type BatchResult = (string | null)[][][];

/** How many statements of its batch had run when an error came. */
export function completedBefore(error: unknown): number {
  return completed.get(error as object) ?? 0;
}

const completed = new WeakMap<object, number>();

/** Prepared statements kept per connection; the least recently used is closed beyond. */
const MAX_PREPARED = 1000;

interface ConnectionState {
  /** Names that PostgreSQL knows on this connection, oldest first. */
  readonly prepared: Map<string, true>;
  active: Batch | undefined;
}

const states = new WeakMap<object, ConnectionState>();
const EXECUTE = serialize.execute({});
const SYNC = serialize.sync();

interface ProtocolConnection {
  stream: { write(data: Buffer): boolean };
  once(event: 'readyForQuery' | 'end', listener: () => void): void;
  off(event: 'readyForQuery' | 'end', listener: () => void): void;
  on(event: 'parseComplete', listener: () => void): void;
  sendCopyFail(message: string): void;
}

function stateOf(connection: ProtocolConnection): ConnectionState {
  const known = states.get(connection);
  if (known) return known;
  const state: ConnectionState = { prepared: new Map(), active: undefined };
  connection.on('parseComplete', () => state.active?.parseCompleted());
  states.set(connection, state);
  return state;
}

class Batch {
  readonly #statements: readonly BatchStatement[];
  readonly #settle: (error: unknown, result: BatchResult) => void;
  readonly #result: BatchResult = [];
  /** Names whose Parse was sent and is not confirmed yet, in order. */
  readonly #parsing: (string | undefined)[] = [];
  #rows: (string | null)[][] = [];
  #state: ConnectionState | undefined;
  #settled = false;

  constructor(statements: readonly BatchStatement[], settle: (error: unknown, result: BatchResult) => void) {
    this.#statements = statements;
    this.#settle = settle;
  }

  submit(connection: ProtocolConnection): void {
    const state = stateOf(connection);
    this.#state = state;
    state.active = this;
    const messages: Buffer[] = [];
    const inThisBatch = new Set<string>();
    for (const { text, name, values } of this.#statements) {
      if (name === undefined) {
        messages.push(serialize.parse({ text }));
        this.#parsing.push(undefined);
      } else if (state.prepared.delete(name)) {
        state.prepared.set(name, true);
      } else if (!inThisBatch.has(name)) {
        inThisBatch.add(name);
        messages.push(serialize.parse({ text, name }));
        this.#parsing.push(name);
      }
      messages.push(serialize.bind({ statement: name ?? '', values: values as (string | null)[] }), EXECUTE);
    }
    for (const name of state.prepared.keys()) {
      if (state.prepared.size + inThisBatch.size <= MAX_PREPARED) break;
      if (this.#statements.some((statement) => statement.name === name)) continue;
      state.prepared.delete(name);
      messages.push(serialize.close({ type: 'S', name }));
    }
    messages.push(SYNC);
    connection.stream.write(Buffer.concat(messages));
  }

  parseCompleted(): void {
    const name = this.#parsing.shift();
    if (name !== undefined) this.#state?.prepared.set(name, true);
  }

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#rows.push(message.fields);
  }

  handleCommandComplete(): void {
    this.#result.push(this.#rows);
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handlePortalSuspended(): void {}

  /** While it waits for data PostgreSQL has thrown our Sync away: it takes another to get on. */
  handleCopyInResponse(connection: ProtocolConnection): void {
    connection.sendCopyFail('copy is not possible here');
    connection.stream.write(SYNC);
  }

  handleCopyData(): void {}

  handleReadyForQuery(): void {
    this.#finish(undefined);
  }

  /** node-postgres forgets the query before it calls this, so the end of the batch must be awaited by ourselves. */
  handleError(error: unknown, connection: ProtocolConnection): void {
    const { severity, code } = error as { severity?: string; code?: string };
    if (code === '42P05') this.parseCompleted();
    // The statement that failed comes after those that are done.
    const failed = this.#statements[this.#result.length]?.name;
    if (code === '26000' && failed !== undefined) this.#state?.prepared.delete(failed);
    if (severity !== 'ERROR') {
      this.#finish(error);
      return;
    }
    const settle = () => {
      connection.off('readyForQuery', settle);
      connection.off('end', settle);
      this.#finish(error);
    };
    connection.once('readyForQuery', settle);
    connection.once('end', settle);
  }

  #finish(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#state?.active === this) this.#state.active = undefined;
    if (typeof error === 'object' && error !== null) completed.set(error, this.#result.length);
    this.#settle(error, this.#result);
  }
}

function runOnce(client: pg.PoolClient, statements: readonly BatchStatement[]): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown, result: BatchResult) =>
      error === undefined ? resolve(result) : reject(error);
    client.query(new Batch(statements, settle) as unknown as pg.Submittable);
  });
}

/**
 * Runs the statements on this client as one transaction. Rejects with PostgreSQL's error; then nothing was kept.
 * Where PostgreSQL knows a prepared statement not (26000) or already (42P05), against our own books, the books are
 * corrected and it is tried again: once for each statement at most, since an error of that code may be somebody else's.
 */
export async function sendBatch(
  client: pg.PoolClient,
  statements: readonly BatchStatement[],
): Promise<BatchResult> {
  for (const { values } of statements)
    for (const value of values)
      invariant(value === null || typeof value === 'string', 'batch values are text or null');
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await runOnce(client, statements);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if ((code !== '26000' && code !== '42P05') || attempt === statements.length) throw error;
    }
  }
}
