/** What comes of a read: status, headers and body. */
import type { BatchResult } from '../database/batch.ts';
import type { Reply } from '../exchange.ts';
import { tagged } from './conditional.ts';
import { notSingle } from './errors.ts';
import type { RowRange } from './grammar/ast.ts';
import type { Representation } from './media-type.ts';
import { appliedPreferences, type Preferences } from './preferences.ts';
import { canonicalQuery, type Pairs } from './query-string.ts';
import { checkWithin, contentRange, rangeStatus } from './range.ts';
import type { RestRequest } from './request.ts';
import { bodyOf } from './respond.ts';
import { withResponseSettings } from './response-settings.ts';

const OBEYED: ReadonlySet<keyof Preferences> = new Set(['count', 'tx', 'handling', 'timezone', 'etag']);

/** What is known before the rows are. */
export interface ReadFacts {
  readonly request: Pick<RestRequest, 'preferences' | 'profile' | 'schema'>;
  readonly representation: Representation;
  readonly range: RowRange;
  readonly name: string;
  readonly isHead: boolean;
  readonly maxRows: number | undefined;
  readonly warning: string | undefined;
}

/** What each request says anew. */
export interface ReadMoment {
  readonly pairs: Pairs;
  /** Tags of what the client has already. */
  readonly known: string | undefined;
}

export function readReply(result: BatchResult, facts: ReadFacts, moment: ReadMoment): Reply {
  const [body = null, rowsText, total = null, headers = null, status = null, version] = result[0]?.[0] ?? [];
  const rows = Number(rowsText);
  const { representation, isHead } = facts;
  if (representation.format === 'object' && !isHead && rows !== 1) throw notSingle(rows);
  const reply = listingReply(
    { body: bodyOf(representation, body ?? ''), rows, total, headers, status },
    result[1],
    facts,
    moment,
  );
  return version == null || rows !== 1 ? reply : tagged(reply, version, moment.known);
}

export interface Answered {
  readonly body: Reply['body'];
  /** Undefined where they are not known when the answer begins. */
  readonly rows: number | undefined;
  readonly total: string | null;
  readonly headers: string | null;
  readonly status: string | null;
}

export function listingReply(
  { body, rows, total: totalText, headers, status }: Answered,
  estimate: BatchResult[number] | undefined,
  { request, representation, range, name, maxRows, warning }: ReadFacts,
  { pairs }: ReadMoment,
): Reply {
  const exact = totalText === null ? undefined : Number(totalText);
  const total = totalOf(request.preferences, exact, estimate, maxRows);
  checkWithin(range, total);
  const query = canonicalQuery(pairs);
  const applied = appliedPreferences(request.preferences, OBEYED);
  // An exact count tells how many rows will have come.
  const expected =
    rows ??
    (exact === undefined ? 0 : Math.min(exact - range.offset, range.limit ?? Infinity, maxRows ?? Infinity));
  const reply: Reply = {
    status: rangeStatus(expected, total),
    headers: {
      'content-type': representation.contentType,
      'content-range': contentRange(range, expected, total),
      'content-location': `/${encodeURIComponent(name)}${query === '' ? '' : `?${query}`}`,
      ...(request.profile.isTold ? { 'content-profile': request.schema } : {}),
      ...(applied === undefined ? {} : { 'preference-applied': applied }),
      ...(warning === undefined ? {} : { warning }),
    },
    body,
  };
  return withResponseSettings(reply, headers, status);
}

/** The planner's guess where it is asked for, or where there are too many to count. */
function totalOf(
  { count }: Preferences,
  exact: number | undefined,
  estimate: BatchResult[number] | undefined,
  maxRows: number | undefined,
): number | undefined {
  if (count === 'exact' || count === undefined) return exact;
  const planned = plannedRows(estimate);
  if (count === 'planned' || exact === undefined) return planned;
  return maxRows !== undefined && exact <= maxRows ? exact : Math.max(exact, planned);
}

function plannedRows(lines: BatchResult[number] | undefined): number {
  const text = (lines ?? []).map(([line]) => line).join('\n');
  const [{ Plan: plan }] = JSON.parse(text) as [{ Plan: { 'Plan Rows': number } }];
  return plan['Plan Rows'];
}
