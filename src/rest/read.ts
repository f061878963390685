/** GET and HEAD of a table or view. */
import type { Listing } from '../data/plan/listing.ts';
import { statementName } from '../data/sql/compile.ts';
import {
  compileEstimate,
  compileFacts,
  compileListing,
  compileRows,
  csvHeading,
} from '../data/sql/listing.ts';
import { bind } from '../data/sql/value.ts';
import type { CallerRequest, CallerStatement } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import { isTagAsked, tagged } from './conditional.ts';
import { warningOf } from './deprecation.ts';
import { notSingle } from './errors.ts';
import type { RowRange } from './grammar/ast.ts';
import type { RestContext } from './handler.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { handlersOf } from './media-handlers.ts';
import { chooseRepresentation, type Representation } from './media-type.ts';
import { explained, planReply } from './plan-output.ts';
import { appliedPreferences, type Preferences } from './preferences.ts';
import { canonicalQuery } from './query-string.ts';
import { checkWithin, contentRange, rangeStatus, topRange } from './range.ts';
import { type RestRequest, readRequest } from './request.ts';
import { bodyOf } from './respond.ts';
import { RESPONSE_SETTINGS, withResponseSettings } from './response-settings.ts';
import type { RowsAction } from './rows.ts';
import { findTable } from './tables.ts';
import { callerRequest, requestContext, transactionEnd } from './transaction.ts';

const OBEYED: ReadonlySet<keyof Preferences> = new Set(['count', 'tx', 'handling', 'timezone', 'etag']);

export function readAction(context: RestContext, exchange: Exchange, name: string): Action {
  const { catalog, settings } = context;
  const request = readRequest(context, exchange, { args: false });
  const { query, preferences, schema } = request;
  const range = topRange(exchange.method, exchange.headers.range, query.ranges);
  const table = findTable(catalog, schema, name);
  const tree = resolveTree(catalog, { table, origin: table, schema }, query, {
    aggregates: settings.aggregates,
    ownFilters: true,
    range,
  });
  const representation = chooseRepresentation(exchange.headers.accept, {
    plan: settings.plan,
    geoJson: catalog.hasGeoJson,
    made: handlersOf(catalog, table, query),
  });
  const isHead = exchange.method === 'HEAD';
  const scope = { catalog, searched: [schema, ...settings.extraSearchPath] };
  const read = lowerTree(scope, tree, {
    relationsAsJson: representation.format === 'csv',
    maxRows: settings.maxRows,
  });
  const listing: Listing = {
    read,
    format: isHead ? 'none' : representation.format,
    stripNulls: representation.stripNulls,
    handler: representation.handler,
    versioned: isTagAsked(exchange, preferences),
    count: countOf(preferences, settings.maxRows),
  };
  const { role } = exchange.caller;
  const statements = [statementOf(compileListing(listing, RESPONSE_SETTINGS, catalog), role, representation)];
  if (preferences.count === 'planned' || preferences.count === 'estimated')
    statements.push(statementOf(compileEstimate(listing, catalog), role, undefined));
  const own = callerRequest(
    requestContext(exchange, schema, preferences, settings),
    statements[0]!,
    true,
    settings,
  );
  const facts: ReadFacts = {
    request,
    representation,
    range,
    name,
    isHead,
    maxRows: settings.maxRows,
    warning: warningOf(tree),
    known: exchange.headers['if-none-match'],
  };
  return {
    request: { ...own, statements },
    end: transactionEnd(settings, preferences),
    reply: (result) => (representation.plan ? planReply(result, representation) : readReply(result, facts)),
    rows: mayBeHuge(listing, representation)
      ? rowsAction(listing, own, statements.slice(1), facts, context, role)
      : undefined,
  };
}

/** Beyond so many rows an answer is not put together in PostgreSQL's memory. */
const MAX_ROWS_AS_ONE = 20_000;

function mayBeHuge({ read, format, versioned }: Listing, { plan }: Representation): boolean {
  if (versioned) return false;
  const isMany = read.limit === undefined || read.limit > MAX_ROWS_AS_ONE;
  return isMany && plan === undefined && (format === 'array' || format === 'csv');
}

function rowsAction(
  listing: Listing,
  own: CallerRequest,
  estimate: readonly CallerStatement[],
  facts: ReadFacts,
  { catalog }: RestContext,
  role: string,
): RowsAction {
  const { statement, keys } = compileRows(listing, catalog);
  const isCsv = listing.format === 'csv';
  return {
    request: {
      ...own,
      statements: [
        statementOf(compileFacts(listing, RESPONSE_SETTINGS, catalog), role, undefined),
        ...estimate,
        statementOf(statement, role, undefined),
      ],
    },
    framing: isCsv
      ? { before: `${csvHeading(keys)}\n`, between: '\n', after: '', empty: '\n' }
      : { before: '[', between: ', \n ', after: ']', empty: '[]' },
    reply(result, rows, body) {
      const [total = null, headers = null, status = null] = result[0]?.[0] ?? [];
      return listingReply({ body, rows, total, headers, status }, result[1], facts);
    },
  };
}

function countOf({ count }: Preferences, maxRows: number | undefined): Listing['count'] {
  if (count === 'exact') return { atMost: undefined };
  return count === 'estimated' ? { atMost: maxRows === undefined ? undefined : maxRows + 1 } : undefined;
}

function statementOf(
  { text, parameters }: ReturnType<typeof compileListing>,
  role: string,
  representation: Representation | undefined,
): CallerStatement {
  const shown = representation?.plan ? explained(text, representation.plan) : text;
  return {
    text: shown,
    name: statementName(shown, role),
    values: bind(parameters, {}),
    runsUserCode: false,
    mayChangeSession: false,
  };
}

interface ReadFacts {
  readonly request: RestRequest;
  readonly representation: Representation;
  readonly range: RowRange;
  readonly name: string;
  readonly isHead: boolean;
  readonly maxRows: number | undefined;
  readonly warning: string | undefined;
  /** Tags of what the client has already. */
  readonly known: string | undefined;
}

function readReply(result: BatchResult, facts: ReadFacts): Reply {
  const [body = null, rowsText, total = null, headers = null, status = null, version] = result[0]?.[0] ?? [];
  const rows = Number(rowsText);
  const { representation, isHead } = facts;
  if (representation.format === 'object' && !isHead && rows !== 1) throw notSingle(rows);
  const reply = listingReply(
    { body: bodyOf(representation, body ?? ''), rows, total, headers, status },
    result[1],
    facts,
  );
  return version == null || rows !== 1 ? reply : tagged(reply, version, facts.known);
}

interface Answered {
  readonly body: Reply['body'];
  /** Undefined where they are not known when the answer begins. */
  readonly rows: number | undefined;
  readonly total: string | null;
  readonly headers: string | null;
  readonly status: string | null;
}

function listingReply(
  { body, rows, total: totalText, headers, status }: Answered,
  estimate: BatchResult[number] | undefined,
  { request, representation, range, name, maxRows, warning }: ReadFacts,
): Reply {
  const exact = totalText === null ? undefined : Number(totalText);
  const total = totalOf(request.preferences, exact, estimate, maxRows);
  checkWithin(range, total);
  const query = canonicalQuery(request.pairs);
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
