/** A call as far as it can be prepared: which function, how it is called, and how its result is answered. */
import { builtInType } from '../data/catalog/built-in-types.ts';
import type { Catalog, Table } from '../data/catalog/catalog.ts';
import { resultRows } from '../data/catalog/result-rows.ts';
import { isVoid } from '../data/catalog/scalar-name.ts';
import { type Answer, type DocumentCall, WITH_ROWS } from '../data/plan/document.ts';
import type { ListingFormat } from '../data/plan/listing.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { type AnswerRow, DOCUMENT, type PreparedAnswer, prepareAnswer } from './answer.ts';
import { isList, namesOf } from './call-arguments.ts';
import { RestError } from './errors.ts';
import type { RowRange } from './grammar/ast.ts';
import type { RestContext } from './handler.ts';
import { inGivenOrder } from './lower/given-order.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { handlersOfCall } from './media-handlers.ts';
import { chooseRepresentation, type Representation } from './media-type.ts';
import { mediaTypeOf, type Payload } from './payload.ts';
import { affectedLimit, appliedPreferences, type Preferences } from './preferences.ts';
import { checkWithin, contentRange, rangeStatus, topRange } from './range.ts';
import type { RestRequest } from './request.ts';
import { bodyOf, contentHeaders } from './respond.ts';
import { type CallMeant, findRoutine } from './routines.ts';

const OBEYED: ReadonlySet<keyof Preferences> = new Set([
  'count',
  'tx',
  'handling',
  'timezone',
  'maxAffected',
]);

/** What is called, and how. */
interface Call {
  readonly request: RestRequest;
  readonly meant: CallMeant;
  /** Of the body a list: its first object counts. The body itself must not stay: a prepared call outlives it. */
  readonly isList: boolean;
  readonly table: Table;
  readonly isScalar: boolean;
  readonly representation: Representation;
  readonly range: RowRange;
}

export function prepareCall(
  context: RestContext,
  exchange: Exchange,
  name: string,
  request: RestRequest,
  payload: Payload,
): PreparedAnswer {
  const { catalog, settings } = context;
  const isPost = exchange.method === 'POST';
  const range = topRange(exchange.method, exchange.headers.range, request.query.ranges);
  const mediaType = mediaTypeOf(exchange.headers['content-type']);
  const names = namesOf(payload);
  const meant = findRoutine(catalog, { schema: request.schema, name, names, mediaType, isPost });
  const { routine } = meant;
  const { table, isScalar } = resultRows(routine, catalog);
  const representation = chooseRepresentation(exchange.headers.accept, {
    plan: settings.plan,
    geoJson: catalog.hasGeoJson,
    made: handlersOfCall(catalog, routine, table, request.query),
  });
  const limit = affectedLimit(request.preferences);
  if (limit !== undefined && !routine.returnsSet)
    throw new RestError(
      'PGRST128',
      'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
    );
  const call: Call = { request, meant, isList: isList(payload), table, isScalar, representation, range };
  return prepareAnswer(context, exchange, request, {
    representation,
    query: callPlan(call, names, catalog),
    answer: {
      listing: listingOf(call, context, exchange),
      location: [],
      single: representation.format === 'object',
      atMost: limit,
    },
    readOnly: !isPost || routine.volatility !== 'volatile',
    mayChangeSession: routine.volatility === 'volatile',
    reply: (row) => replyOf(call, row),
  });
}

function callPlan(
  { meant, isList: ofList, table, isScalar }: Call,
  names: readonly string[],
  catalog: Catalog,
): DocumentCall {
  const { routine, isWholeBody } = meant;
  const given = new Set(names);
  const type = isWholeBody ? routine.parameters[0]!.type : builtInType(catalog, 'json');
  return {
    kind: 'call',
    routine,
    table,
    isScalar,
    document: { value: DOCUMENT, type },
    isList: !isWholeBody && ofList,
    parameters: isWholeBody ? undefined : routine.parameters.filter(({ name }) => given.has(name)),
  };
}

function listingOf(call: Call, { catalog, settings }: RestContext, exchange: Exchange): Answer['listing'] {
  const { request, table, representation, range, meant } = call;
  const { query, preferences, schema } = request;
  const isReal = table.oid !== 0;
  const tree = resolveTree(catalog, { table, origin: isReal ? table : meant.routine.name, schema }, query, {
    aggregates: settings.aggregates,
    ownFilters: true,
    range,
  });
  const scope = { catalog, searched: [schema, ...settings.extraSearchPath] };
  const read = lowerTree(scope, tree, {
    source: { kind: 'with', table, name: WITH_ROWS },
    maxRows: settings.maxRows,
    relationsAsJson: representation.format === 'csv',
  });
  const isCounted = preferences.count === 'exact' || preferences.count === 'estimated';
  return {
    read: inGivenOrder(read),
    format: exchange.method === 'HEAD' || isVoid(meant.routine.returnType) ? 'none' : formatOf(call),
    stripNulls: representation.stripNulls,
    handler: representation.handler,
    count: isCounted ? { atMost: undefined } : undefined,
  };
}

/** A function that returns no set answers with the one thing that it returns. */
function formatOf({ meant, isScalar, representation }: Call): ListingFormat {
  const { format } = representation;
  if (format !== 'array' && format !== 'object') return format;
  const isOne = format === 'object' || !meant.routine.returnsSet;
  if (isScalar) return isOne ? 'value' : 'values';
  return isOne ? 'object' : 'array';
}

function replyOf({ request, representation, range, meant }: Call, { body, rows, total }: AnswerRow): Reply {
  checkWithin(range, total);
  const applied = appliedPreferences(request.preferences, OBEYED);
  const isEmpty = isVoid(meant.routine.returnType);
  return {
    status: isEmpty ? 204 : rangeStatus(rows, total),
    headers: {
      ...(isEmpty ? {} : contentHeaders(representation, request)),
      'content-range': contentRange(range, rows, total),
      ...(applied === undefined ? {} : { 'preference-applied': applied }),
    },
    body: isEmpty ? '' : bodyOf(representation, body),
  };
}
