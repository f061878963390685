/** A request that is understood: what the transaction is to do, and how its result becomes the reply. */

import type { ServerResponse } from 'node:http';
import type { CallerRequest, TransactionEnd } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import type { Reply } from '../exchange.ts';
import type { RestContext } from './handler.ts';
import { performRows, type RowsAction } from './rows.ts';

export interface Action {
  readonly request: CallerRequest;
  readonly end: TransactionEnd;
  /** Throws RestError where the result is none that may be handed out. */
  reply(result: BatchResult): Reply;
  /** The same row by row, where there may be very many. */
  readonly rows?: RowsAction | undefined;
}

export async function perform(
  { runner }: RestContext,
  { request, end, reply, rows }: Action,
  outgoing: ServerResponse,
): Promise<Reply> {
  if (rows) return performRows(runner, rows, outgoing);
  const [result] = await runner.runAll([request], end);
  return reply(result ?? []);
}
