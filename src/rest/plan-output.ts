/** The plan of a statement instead of its rows, for those who ask for `application/vnd.pgrst.plan` where it is switched on. */
import type { BatchResult } from '../database/batch.ts';
import type { Reply } from '../exchange.ts';
import type { PlanOutput, Representation } from './media-type.ts';

export function explained(text: string, { format, options }: PlanOutput): string {
  return `explain (${[...options, `format ${format}`].join(', ')}) ${text}`;
}

export function planReply(result: BatchResult, { contentType }: Representation): Reply {
  const lines = (result[0] ?? []).map(([line]) => line ?? '');
  return { status: 200, headers: { 'content-type': contentType }, body: lines.join('\n') };
}
