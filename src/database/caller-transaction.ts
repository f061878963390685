/** A transaction as the caller that stays open between statements, for code of the server's owner. */
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { cleanUp } from './as-caller.ts';
import { type CallerContext, contextStatement, type SessionSettings } from './context-statement.ts';
import { toAppError } from './errors.ts';
import { scopeRefusal } from './scope-check.ts';

export interface CallerTransaction {
  /** The rows; values stand as `$1`, `$2` in the text. Throws AppError. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/** Committed when `use` is done. Where it throws nothing is kept, and what it threw is thrown on. */
export async function transactAsCaller<T>(
  pool: pg.Pool,
  settings: SessionSettings,
  context: CallerContext,
  use: (transaction: CallerTransaction) => Promise<T>,
): Promise<T> {
  const refused = scopeRefusal(context.caller, undefined);
  if (refused) throw refused;
  const client = await pool.connect().catch((error: unknown) => {
    throw toAppError(error, undefined);
  });
  let isOpen = true;
  const run = async (text: string, values: readonly unknown[] = []): Promise<object[]> => {
    if (!isOpen) throw new AppError('internal-error', 'the transaction has ended');
    try {
      return (await client.query(text, [...values])).rows as object[];
    } catch (error) {
      throw toAppError(error, context.caller);
    }
  };
  try {
    await run('begin');
    const { text, values } = contextStatement(context, false, settings);
    await run(text, values);
    const result = await use({ query: run as CallerTransaction['query'] });
    await run('commit');
    return result;
  } finally {
    isOpen = false;
    // Whatever ran there may have left something on the session.
    void cleanUp(client);
  }
}
