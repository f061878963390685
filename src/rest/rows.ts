/** Answers too large to be held: their rows go out one by one. What turns out to be small is answered as a whole. */
import type { ServerResponse } from 'node:http';
import type { CallerRequest, CallerRunner, OpenRows } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import type { Reply } from '../exchange.ts';

/** How the rows' texts become one. */
export interface Framing {
  readonly before: string;
  readonly between: string;
  readonly after: string;
  /** Of no rows at all. */
  readonly empty: string;
}

export interface RowsAction {
  /** The last statement gives the rows, one column each. */
  readonly request: CallerRequest;
  readonly framing: Framing;
  /** `rows` is undefined where they have not all been seen. */
  reply(result: BatchResult, rows: number | undefined, body: Reply['body']): Reply;
}

/** As much is held before it is sent: small answers can say how many rows they have. */
const HELD_BYTES = 1024 * 1024;

export async function performRows(
  runner: CallerRunner,
  { request, framing, reply }: RowsAction,
  outgoing: ServerResponse,
): Promise<Reply> {
  const open = await runner.openRows(request);
  const stop = () => void open.stop();
  outgoing.once('close', stop);
  try {
    const pieces: string[] = [];
    let rows = 0;
    let bytes = 0;
    for (;;) {
      const piece = await open.next();
      if (piece === undefined) {
        outgoing.off('close', stop);
        const body = rows === 0 ? framing.empty : framing.before + pieces.join('') + framing.after;
        return reply(open.results(), rows, body);
      }
      const text = framed(piece, rows === 0, framing);
      pieces.push(text);
      rows += piece.length;
      bytes += text.length;
      if (bytes > HELD_BYTES)
        return reply(open.results(), undefined, flow(open, [framing.before, ...pieces].join(''), framing));
    }
  } catch (error) {
    await open.stop();
    throw error;
  }
}

async function* flow(open: OpenRows, begun: string, framing: Framing): AsyncGenerator<string> {
  try {
    yield begun;
    for (let piece = await open.next(); piece; piece = await open.next()) yield framed(piece, false, framing);
    yield framing.after;
  } finally {
    await open.stop();
  }
}

function framed(rows: (string | null)[][], first: boolean, { between }: Framing): string {
  const text = rows.map(([row]) => row ?? '').join(between);
  return first || text === '' ? text : between + text;
}
