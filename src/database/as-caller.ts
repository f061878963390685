/**
 * Runs table statements as the caller: role, claims and every other setting that depends on the request are set in the same
 * one-Sync batch as the statements, transaction-local, so that they cannot bleed to the next borrower of the connection.
 */
import type pg from 'pg';
import type { Touch } from '../caller-scope.ts';
import { AppError } from '../errors.ts';
import { type BatchResult, type BatchStatement, completedBefore, sendBatch } from './batch.ts';
import { type CallerContext, contextStatement, type SessionSettings } from './context-statement.ts';
import { toAppError } from './errors.ts';
import { openRowStream } from './row-stream.ts';
import { scopeRefusal } from './scope-check.ts';

export interface CallerStatement {
  readonly text: string;
  /** Key of the prepared statement: unique for (text, role). */
  readonly name: string;
  readonly values: readonly (string | null)[];
  /** Runs user code that could change role or settings within the transaction: any write, volatile functions. */
  readonly runsUserCode: boolean;
  /** Runs user code that could leave something on the session: volatile functions, triggers. */
  readonly mayChangeSession: boolean;
  /** JSONPath of what it was made of, for its errors. */
  readonly path?: string | undefined;
  /** What it does: callers with a scope run nothing of which this is not said. */
  readonly touches?: readonly Touch[] | undefined;
}

/** What one caller wants done in a transaction. */
export interface CallerRequest {
  readonly context: CallerContext;
  readonly statements: readonly CallerStatement[];
  readonly readOnly: boolean;
  /** Runs before each statement, after the context: what it sets (the role, say) holds for the statement. */
  readonly before?: CallerStatement | undefined;
}

/** How the transaction ends where nothing fails. */
export type TransactionEnd = 'commit' | 'rollback';

/** A transaction of its own, so that it can be undone; deferred constraints speak before that. */
type Prepared = Pick<CallerStatement, 'text' | 'name' | 'values'>;
const BEGIN = { text: 'begin', name: 'begin', values: [] };
const COMMIT = { text: 'commit', name: 'commit', values: [] };
const CHECK_DEFERRED = { text: 'set constraints all immediate', name: 'check deferred', values: [] };
const ROLLBACK = { text: 'rollback', name: 'rollback', values: [] };

/** Of a transaction that was refused for the sake of a concurrent one. */
const MAX_RETRIES = 3;

/** Undoes what user code may have left on the session. Not DISCARD ALL: that would drop the prepared statements too. */
const CLEAN_UP = 'reset session authorization; reset all; select pg_advisory_unlock_all(); discard temp';

/** Which of the requests of a transaction an error came of. */
export function failedRequest(error: unknown): number {
  return failedRequests.get(error as object) ?? 0;
}

export interface OpenRows {
  /** Known with the first piece. */
  results(): BatchResult;
  next(): Promise<(string | null)[][] | undefined>;
  stop(): Promise<void>;
}

/** How long the whole takes is up to the reader: each piece has the time of a statement. */
const NO_TIMEOUT = ['statement_timeout', '0'] as const;

const failedRequests = new WeakMap<object, number>();

export class CallerRunner {
  readonly #pool: pg.Pool;
  readonly #settings: SessionSettings;
  #statements = 0;

  constructor(pool: pg.Pool, settings: SessionSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  /** Statements sent so far, context statements left out: tests assert on it. */
  get statementCount(): number {
    return this.#statements;
  }

  /**
   * All statements in one round trip and one transaction. The result holds the rows of each, in order.
   * Throws AppError; then nothing was kept.
   */
  async run(
    context: CallerContext,
    statements: readonly CallerStatement[],
    { readOnly }: { readOnly: boolean },
  ): Promise<BatchResult> {
    const [result] = await this.runAll([{ context, statements, readOnly }], 'commit');
    return result ?? [];
  }

  /**
   * The requests one after the other in one round trip and one transaction, each as its own caller. The result holds those of
   * `run`. Throws AppError, `failedRequest` tells of which request; then nothing was kept.
   */
  async runAll(requests: readonly CallerRequest[], end: TransactionEnd): Promise<BatchResult[]> {
    const isUndone = end === 'rollback';
    const { batch, positions } = this.#batchOf(requests, isUndone ? [BEGIN] : []);
    if (isUndone) batch.push(this.#own(CHECK_DEFERRED), this.#own(ROLLBACK));
    return this.#borrow(requests, positions, async (client) =>
      resultsOf(await sendUntilSerialized(client, batch), positions),
    );
  }

  /**
   * The same, but what came of the requests is judged before the transaction ends: where `accept` throws, nothing is kept. That takes
   * a second round trip.
   */
  async transact<T>(
    requests: readonly CallerRequest[],
    end: TransactionEnd,
    accept: (results: BatchResult[]) => T,
  ): Promise<T> {
    const { batch, positions } = this.#batchOf(requests, [BEGIN]);
    batch.push(this.#own(CHECK_DEFERRED));
    return this.#borrow(requests, positions, async (client) => {
      const accepted = accept(resultsOf(await sendBatch(client, batch), positions));
      await sendBatch(client, [this.#own(end === 'rollback' ? ROLLBACK : COMMIT)]);
      return accepted;
    });
  }

  #batchOf(requests: readonly CallerRequest[], first: readonly Prepared[]) {
    const batch = first.map((one) => this.#own(one));
    const positions: number[][] = [];
    // What was set to read-only stays so until the transaction ends.
    const readOnly = requests.every((request) => request.readOnly);
    assertInScope(requests);
    for (const { context, statements, before } of requests) {
      this.#statements += statements.length;
      const preparation = [
        this.#own(contextStatement(context, readOnly, this.#settings)),
        ...(before ? [this.#own(before)] : []),
      ];
      positions.push(
        statements.map((statement, index) => {
          // User code of the statement before may have changed role or settings within the transaction: set them anew.
          if (index === 0 || statements[index - 1]?.runsUserCode) batch.push(...preparation);
          return batch.push(this.#own(statement)) - 1;
        }),
      );
    }
    return { batch, positions };
  }

  /** A connection for the requests, which nobody else gets before it is as new. Errors tell of which request they came. */
  async #borrow<T>(
    requests: readonly CallerRequest[],
    positions: readonly (readonly number[])[],
    use: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await this.#connect();
    let broken: Error | undefined;
    try {
      return await use(client);
    } catch (error) {
      // What was thrown by whoever judged the results is no matter of the connection.
      if (error instanceof AppError) throw error;
      if ((error as { severity?: string }).severity !== 'ERROR') broken = error as Error;
      const at = completedBefore(error);
      const found = positions.findIndex((own) => at <= (own.at(-1) ?? -1));
      const index = found < 0 ? requests.length - 1 : found;
      const request = requests[index];
      const failed = request?.statements[positions[index]?.indexOf(at) ?? -1];
      const known = toAppError(error, request?.context.caller).at(failed?.path);
      failedRequests.set(known, index);
      throw known;
    } finally {
      const mayBeDirty = requests.some(({ statements }) => statements.some((one) => one.mayChangeSession));
      if (broken) client.release(broken);
      else if (mayBeDirty || !isIdle(client)) void cleanUp(client);
      else client.release();
    }
  }

  /**
   * A request that only reads, its last statement in pieces. The result holds the rows of the statements before it. Throws
   * AppError, as does `next`. Whoever opens it reads to the end or stops it: it holds a connection.
   */
  async openRows(request: CallerRequest): Promise<OpenRows> {
    assertInScope([request]);
    const { context, statements, before } = request;
    this.#statements += statements.length;
    const unlimited = { ...context, settings: [...(context.settings ?? []), NO_TIMEOUT] };
    const preparation = [
      this.#own(contextStatement(unlimited, true, this.#settings)),
      ...(before ? [this.#own(before)] : []),
    ];
    const batch = [...preparation, ...statements.map((statement) => this.#own(statement))];
    const client = await this.#connect();
    const stream = openRowStream(client, batch);
    let cancellation: Promise<unknown> | undefined;
    void stream.ended.then(async ({ broken }) => {
      await cancellation;
      if (broken) client.release(broken);
      // A cancellation may come late: it must not meet the next borrower.
      else if (cancellation || !isIdle(client)) void cleanUp(client);
      else client.release();
    });
    const stop = async () => {
      if (stream.stop())
        cancellation ??= this.#pool
          .query('select pg_catalog.pg_cancel_backend($1)', [stream.processId])
          .catch(() => undefined);
      await stream.ended;
    };
    const next = async () => {
      const timer = setTimeout(() => void stop(), this.#settings.statementTimeoutMs);
      try {
        return await stream.next();
      } catch (error) {
        throw toAppError(error, context.caller);
      } finally {
        clearTimeout(timer);
      }
    };
    return { results: () => stream.results.slice(preparation.length), next, stop };
  }

  /** The statement without its name where nothing is to be prepared. */
  #own({ text, name, values }: Prepared): BatchStatement {
    return { text, name: this.#settings.preparedStatements ? name : undefined, values };
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toAppError(error, undefined);
    }
  }
}

function assertInScope(requests: readonly CallerRequest[]): void {
  requests.forEach(({ context: { caller }, statements }, index) => {
    if (caller.scope === undefined) return;
    for (const { touches } of statements) {
      const refused = scopeRefusal(caller, touches);
      if (refused === undefined) continue;
      failedRequests.set(refused, index);
      throw refused;
    }
  });
}

function resultsOf(result: BatchResult, positions: readonly (readonly number[])[]): BatchResult[] {
  return positions.map((own) => own.map((position) => result[position] ?? []));
}

/** A transaction that lost against a concurrent one has left nothing behind, so it may simply be run again. */
async function sendUntilSerialized(
  client: pg.PoolClient,
  batch: readonly BatchStatement[],
): Promise<BatchResult> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sendBatch(client, batch);
    } catch (error) {
      const { code } = error as { code?: string };
      if (attempt >= MAX_RETRIES || (code !== '40001' && code !== '40P01') || !isIdle(client)) throw error;
    }
  }
}

function isIdle(client: pg.PoolClient): boolean {
  return (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus() === 'I';
}

/** Makes the session as new before anybody else gets it; a session that cannot be cleaned is closed. */
export async function cleanUp(client: pg.PoolClient): Promise<void> {
  try {
    if (!isIdle(client)) await client.query('rollback');
    await client.query(CLEAN_UP);
    client.release(!isIdle(client));
  } catch (error) {
    client.release(error as Error);
  }
}
