/** `/rpc/<function>`: GET and HEAD with arguments in the query string, POST with them in the body. */

import type { Catalog, Routine, Table } from '../data/catalog/catalog.ts';
import { resultRows } from '../data/catalog/result-rows.ts';
import { type Answer, type DocumentCall, WITH_ROWS } from '../data/plan/document.ts';
import type { ListingFormat } from '../data/plan/listing.ts';
import { invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import { type AnswerRow, answerAction, DOCUMENT, type PreparedAnswer, prepareAnswer } from './answer.ts';
import { RestError } from './errors.ts';
import type { RowRange } from './grammar/ast.ts';
import { isReserved } from './grammar/query.ts';
import type { RestContext } from './handler.ts';
import { inGivenOrder } from './lower/given-order.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { builtInType } from './lower/types.ts';
import { handlersOfCall } from './media-handlers.ts';
import { chooseRepresentation, type Representation } from './media-type.ts';
import { mediaTypeOf, type Payload, readPayload } from './payload.ts';
import { affectedLimit, appliedPreferences, type Preferences } from './preferences.ts';
import { decode, rawParts } from './query-string.ts';
import { checkWithin, contentRange, rangeStatus, topRange } from './range.ts';
import { cacheKey } from './read.ts';
import { type QueryShape, shapeOf } from './read-shape.ts';
import { type RestRequest, readRequest } from './request.ts';
import { bodyOf, contentHeaders } from './respond.ts';
import { type CallMeant, findRoutine } from './routines.ts';

const OBEYED: ReadonlySet<keyof Preferences> = new Set([
  'count',
  'tx',
  'handling',
  'timezone',
  'maxAffected',
]);

const METHODS = new Set(['GET', 'HEAD', 'POST']);

/** What is called, and how. */
interface Call {
  readonly request: RestRequest;
  readonly meant: CallMeant;
  readonly payload: Payload;
  readonly table: Table;
  readonly isScalar: boolean;
  readonly representation: Representation;
  readonly range: RowRange;
}

export function callAction(context: RestContext, exchange: Exchange, name: string): Action {
  if (!METHODS.has(exchange.method))
    throw new RestError('PGRST101', `Cannot use the ${exchange.method} method on RPC`);
  return exchange.method === 'POST'
    ? postAction(context, exchange, name)
    : getAction(context, exchange, name);
}

/** The body says what the arguments are; the query string filters. */
function postAction(context: RestContext, exchange: Exchange, name: string): Action {
  const shape = shapeOf(exchange.url);
  const payload = payloadOf(context, exchange, shape);
  const names = JSON.stringify(namesOf(payload));
  const kind = `${payload.kind} ${mediaTypeOf(exchange.headers['content-type'])} ${isList(payload)}`;
  const key = `rpc\n${cacheKey(exchange, name, shape)}\n${kind}\n${names}`;
  let prepared = context.answers.get(key);
  if (!prepared) {
    const request = readRequest(context, exchange, { args: false }, shape.pairs);
    prepared = prepareCall(context, exchange, name, request, payload);
    context.answers.set(key, prepared);
  }
  return callOf(prepared, exchange, payload, shape.values, context);
}

/** What is no filter is an argument. */
function getAction(context: RestContext, exchange: Exchange, name: string): Action {
  const plain = plainArguments(exchange.url);
  const key = plain && `rpc\n${cacheKey(exchange, name, plain)}\n`;
  const known = key && context.answers.get(key);
  if (known) return callOf(known, exchange, { kind: 'form', pairs: plain.pairs }, [], context);
  const request = readRequest(context, exchange, { args: true });
  const payload = { kind: 'form', pairs: request.query.args } as const;
  const prepared = prepareCall(context, exchange, name, request, payload);
  if (key) context.answers.set(key, prepared);
  return callOf(prepared, exchange, payload, [], context);
}

/** Without a dot nothing is a filter: then the names alone shape the plan. Undefined where there are others. */
function plainArguments(url: string): { key: string; pairs: [string, string][] } | undefined {
  const pairs: [string, string][] = [];
  let key = '';
  for (const part of rawParts(url)) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!/^[\w-]+$/.test(name) || equals < 0) return undefined;
    if (isReserved(name)) {
      key += `${part}&`;
      continue;
    }
    const value = decode(part.slice(equals + 1));
    if (value.includes('.')) return undefined;
    pairs.push([name, value]);
    key += `${name}=&`;
  }
  return { key, pairs };
}

/** What is wrong with the query string is told before what is wrong with the body. */
function payloadOf(context: RestContext, exchange: Exchange, { pairs }: QueryShape): Payload {
  const isNamed = pairs.some(([name]) => name === 'columns');
  try {
    return readPayload({
      body: exchange.body,
      bytes: exchange.bytes,
      mediaType: mediaTypeOf(exchange.headers['content-type']),
      columns: isNamed ? readRequest(context, exchange, { args: false }).query.columns : undefined,
      forRoutine: true,
    });
  } catch (error) {
    readRequest(context, exchange, { args: false });
    throw error;
  }
}

function prepareCall(
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
  const call: Call = { request, meant, payload, table, isScalar, representation, range };
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

function callOf(
  prepared: PreparedAnswer,
  exchange: Exchange,
  payload: Payload,
  slots: QueryShape['values'],
  context: RestContext,
): Action {
  const { query } = prepared.input;
  invariant(query.kind === 'call', 'a function is called');
  const document =
    payload.kind === 'form' ? JSON.stringify(argumentsOf(payload.pairs, query.routine)) : payload.text;
  return answerAction(prepared, exchange, { document, versions: undefined, slots }, context);
}

function namesOf(payload: Payload): string[] {
  if (payload.kind === 'json') return [...payload.keys];
  return payload.kind === 'form' ? [...new Set(payload.pairs.map(([name]) => name))] : [];
}

// ---- what is called

function callPlan(
  { meant, payload, table, isScalar }: Call,
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
    isList: !isWholeBody && isList(payload),
    parameters: isWholeBody ? undefined : routine.parameters.filter(({ name }) => given.has(name)),
  };
}

/** Of a list the first object counts. */
function isList(payload: Payload): boolean {
  return payload.kind === 'json' && /^\s*\[/.test(payload.text);
}

/** Of a name given several times the last counts, but a variadic parameter takes them all. */
function argumentsOf(
  pairs: readonly (readonly [string, string])[],
  routine: Routine,
): Record<string, string | string[]> {
  const variadic = routine.variadic ? routine.parameters.at(-1)?.name : undefined;
  const given = new Map<string, string | string[]>();
  for (const [name, value] of pairs)
    if (name === variadic) given.set(name, [...((given.get(name) as string[] | undefined) ?? []), value]);
    else given.set(name, value);
  return Object.fromEntries(given);
}

// ---- what is answered

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
    format: exchange.method === 'HEAD' || isVoid(meant.routine) ? 'none' : formatOf(call),
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

function isVoid({ returnType }: Routine): boolean {
  return returnType.schema === 'pg_catalog' && returnType.name === 'void';
}

function replyOf({ request, representation, range, meant }: Call, { body, rows, total }: AnswerRow): Reply {
  checkWithin(range, total);
  const applied = appliedPreferences(request.preferences, OBEYED);
  const isEmpty = isVoid(meant.routine);
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
