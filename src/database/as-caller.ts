/**
 * Runs table statements as the caller: role, claims and every other setting that depends on the request are set in the same
 * one-Sync batch as the statements, transaction-local, so that they cannot bleed to the next borrower of the connection.
 */
import type pg from 'pg';
import type { Caller } from '../caller.ts';
import { type BatchResult, type BatchStatement, completedBefore, sendBatch } from './batch.ts';
import { toAppError } from './errors.ts';
import { quoteIdentifier } from './sql.ts';

/** What the statements see of the request. */
export interface CallerContext {
  readonly caller: Caller;
  /** Request headers as a JSON object (names in lower case, no credentials): `request.headers`. */
  readonly headersText: string;
  readonly method: string;
  readonly path: string;
}

export interface SessionSettings {
  readonly searchPath: readonly string[];
  readonly statementTimeoutMs: number;
  readonly preparedStatements: boolean;
}

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
}

const SETTINGS = [
  'role',
  'request.jwt.claims',
  'request.headers',
  'request.method',
  'request.path',
  'search_path',
  'statement_timeout',
  'TimeZone',
  'transaction_read_only',
] as const;
const CONTEXT_TEXT = `select ${SETTINGS.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ')}`;

/** Of a transaction that was refused for the sake of a concurrent one. */
const MAX_RETRIES = 3;

/** Undoes what user code may have left on the session. Not DISCARD ALL: that would drop the prepared statements too. */
const CLEAN_UP = 'reset session authorization; reset all; select pg_advisory_unlock_all(); discard temp';

export class CallerRunner {
  readonly #pool: pg.Pool;
  readonly #settings: SessionSettings;
  readonly #searchPath: string;
  #statements = 0;

  constructor(pool: pg.Pool, settings: SessionSettings) {
    this.#pool = pool;
    this.#settings = settings;
    this.#searchPath = settings.searchPath.map(quoteIdentifier).join(', ');
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
    this.#statements += statements.length;
    const prepared = this.#settings.preparedStatements;
    const contextStatement: BatchStatement = {
      text: CONTEXT_TEXT,
      name: prepared ? 'context' : undefined,
      values: [
        context.caller.role,
        context.caller.claimsText,
        context.headersText,
        context.method,
        context.path,
        this.#searchPath,
        String(this.#settings.statementTimeoutMs),
        'UTC',
        readOnly ? 'on' : 'off',
      ],
    };
    const batch: BatchStatement[] = [contextStatement];
    const positions: number[] = [];
    statements.forEach((statement, index) => {
      // User code of the statement before may have changed role or settings within the transaction: set them anew.
      if (index > 0 && statements[index - 1]?.runsUserCode) batch.push(contextStatement);
      positions.push(batch.length);
      batch.push({
        text: statement.text,
        name: prepared ? statement.name : undefined,
        values: statement.values,
      });
    });
    const client = await this.#connect();
    let broken: Error | undefined;
    try {
      const result = await sendUntilSerialized(client, batch);
      return positions.map((position) => result[position] ?? []);
    } catch (error) {
      if ((error as { severity?: string }).severity !== 'ERROR') broken = error as Error;
      const failed = statements[positions.indexOf(completedBefore(error))];
      throw toAppError(error, context.caller).at(failed?.path);
    } finally {
      if (broken) client.release(broken);
      else if (statements.some((statement) => statement.mayChangeSession) || !isIdle(client))
        void cleanUp(client);
      else client.release();
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toAppError(error, undefined);
    }
  }
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
async function cleanUp(client: pg.PoolClient): Promise<void> {
  try {
    if (!isIdle(client)) await client.query('rollback');
    await client.query(CLEAN_UP);
    client.release(!isIdle(client));
  } catch (error) {
    client.release(error as Error);
  }
}
