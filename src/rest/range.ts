/** Which rows of the top are asked for: by the `Range` header, by `limit` and `offset`, or by both together. */
import { RestError } from './errors.ts';
import type { EmbedPath, RowRange } from './grammar/ast.ts';

export const ALL_ROWS: RowRange = { limit: undefined, offset: 0 };

/** From `lower` up to and including `upper`. */
interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

const EVERYTHING: Bounds = { lower: 0, upper: Infinity };

/** Throws PGRST103 where no row could be in it. The header counts for GET alone. */
export function topRange(
  method: string,
  header: string | undefined,
  ranges: readonly (readonly [EmbedPath, RowRange])[],
): RowRange {
  const given = ranges.find(([path]) => path.length === 0)?.[1] ?? ALL_ROWS;
  const limited = boundsOf(given);
  // No rows are a fair wish.
  if (given.limit === 0) return { limit: 0, offset: 0 };
  const asked = method === 'GET' && header !== undefined ? headerBounds(header) : EVERYTHING;
  const lower = Math.max(asked.lower, limited.lower);
  const upper = Math.min(asked.upper, limited.upper);
  if (lower > upper) throw unsatisfiable(asked);
  return { limit: upper === Infinity ? undefined : upper - lower + 1, offset: lower };
}

function boundsOf({ limit, offset }: RowRange): Bounds {
  return { lower: offset, upper: limit === undefined ? Infinity : offset + limit - 1 };
}

function headerBounds(header: string): Bounds {
  const match = /^([0-9]+)-([0-9]*)$/.exec(header);
  if (!match) return EVERYTHING;
  return { lower: Number(match[1]), upper: match[2] === '' ? Infinity : Number(match[2]) };
}

function unsatisfiable({ lower, upper }: Bounds): RestError {
  return new RestError('PGRST103', 'Requested range not satisfiable', {
    details:
      lower > upper
        ? 'The lower boundary must be lower than or equal to the upper boundary in the Range header.'
        : 'Limit should be greater than or equal to zero.',
  });
}

/** Throws PGRST103 where the first row asked for lies beyond the last there is. */
export function checkWithin({ offset }: RowRange, total: number | undefined): void {
  if (total === undefined || offset <= total) return;
  throw new RestError('PGRST103', 'Requested range not satisfiable', {
    details: `An offset of ${offset} was requested, but there are only ${total} rows.`,
    headers: { 'content-range': `*/${total}` },
  });
}

/** `0-9/100`, `* /0`: of `rows` rows from the offset on. */
export function contentRange(
  { offset }: Pick<RowRange, 'offset'>,
  rows: number,
  total: number | undefined,
): string {
  const range = total !== 0 && rows > 0 ? `${offset}-${offset + rows - 1}` : '*';
  return `${range}/${total ?? '*'}`;
}

/** 206 where there are more rows than are sent, and it is known how many. */
export function rangeStatus(rows: number, total: number | undefined): 200 | 206 {
  return total !== undefined && rows < total ? 206 : 200;
}
