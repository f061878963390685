/** A request that is understood: what the transaction is to do, and how its result becomes the reply. */

import type { CallerRequest, TransactionEnd } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import type { Reply } from '../exchange.ts';
import type { RestContext } from './handler.ts';

export interface Action {
  readonly request: CallerRequest;
  readonly end: TransactionEnd;
  /** Throws RestError where the result is none that may be handed out. */
  reply(result: BatchResult): Reply;
}

export async function perform({ runner }: RestContext, { request, end, reply }: Action): Promise<Reply> {
  const [result] = await runner.runAll([request], end);
  return reply(result ?? []);
}
