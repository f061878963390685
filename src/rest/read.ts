/** GET and HEAD of a table or view. */
import type { Listing } from '../data/plan/listing.ts';
import { statementName } from '../data/sql/compile.ts';
import { compileEstimate, compileListing } from '../data/sql/listing.ts';
import { bind } from '../data/sql/value.ts';
import type { CallerStatement } from '../database/as-caller.ts';
import type { BatchResult } from '../database/batch.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
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
import { findTable } from './tables.ts';
import { callerRequest, requestContext, transactionEnd } from './transaction.ts';

const OBEYED: ReadonlySet<keyof Preferences> = new Set(['count', 'tx', 'handling', 'timezone']);

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
    count: countOf(preferences, settings.maxRows),
  };
  const { role } = exchange.caller;
  const statements = [statementOf(compileListing(listing, RESPONSE_SETTINGS, catalog), role, representation)];
  if (preferences.count === 'planned' || preferences.count === 'estimated')
    statements.push(statementOf(compileEstimate(listing, catalog), role, undefined));
  return {
    request: {
      ...callerRequest(
        requestContext(exchange, schema, preferences, settings),
        statements[0]!,
        true,
        settings,
      ),
      statements,
    },
    end: transactionEnd(settings, preferences),
    reply: (result) =>
      representation.plan
        ? planReply(result, representation)
        : readReply(result, {
            request,
            representation,
            range,
            name,
            isHead,
            maxRows: settings.maxRows,
            warning: warningOf(tree),
          }),
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
}

function readReply(result: BatchResult, facts: ReadFacts): Reply {
  const { request, representation, range, name, isHead } = facts;
  const [body, rowsText, totalText, headers, status] = result[0]?.[0] ?? [];
  const rows = Number(rowsText);
  if (representation.format === 'object' && !isHead && rows !== 1) throw notSingle(rows);
  const exact = totalText == null ? undefined : Number(totalText);
  const total = totalOf(request.preferences, exact, result[1], facts.maxRows);
  checkWithin(range, total);
  const query = canonicalQuery(request.pairs);
  const applied = appliedPreferences(request.preferences, OBEYED);
  const reply: Reply = {
    status: rangeStatus(rows, total),
    headers: {
      'content-type': representation.contentType,
      'content-range': contentRange(range, rows, total),
      'content-location': `/${encodeURIComponent(name)}${query === '' ? '' : `?${query}`}`,
      ...(request.profile.isTold ? { 'content-profile': request.schema } : {}),
      ...(applied === undefined ? {} : { 'preference-applied': applied }),
      ...(facts.warning === undefined ? {} : { warning: facts.warning }),
    },
    body: bodyOf(representation, body ?? ''),
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
