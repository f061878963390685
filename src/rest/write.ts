/** POST, PATCH, PUT and DELETE of a table or view. */
import { keyColumns } from '../data/catalog/ways.ts';
import { invariant } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Action } from './action.ts';
import { answerAction, type PreparedAnswer, prepareAnswer } from './answer.ts';
import { acceptedVersions } from './conditional.ts';
import { RestError } from './errors.ts';
import type { QueryParameters } from './grammar/ast.ts';
import type { RestContext } from './handler.ts';
import { handlersOf } from './media-handlers.ts';
import { chooseRepresentation } from './media-type.ts';
import { mediaTypeOf, type Payload, readPayload } from './payload.ts';
import { cacheKey } from './read.ts';
import { type QueryShape, shapeOf } from './read-shape.ts';
import { readRequest } from './request.ts';
import { findTable } from './tables.ts';
import { planOf, type Verb, type Write } from './write-plan.ts';
import { answerOf, replyOf } from './write-reply.ts';

type Rows = Extract<Payload, { kind: 'json' }>;

const VERBS: Readonly<Record<string, Verb>> = {
  POST: 'insert',
  PATCH: 'update',
  PUT: 'upsert',
  DELETE: 'delete',
};

export function writeAction(context: RestContext, exchange: Exchange, name: string): Action {
  const shape = shapeOf(exchange.url);
  const payload = payloadOf(context, exchange, shape);
  const versions = acceptedVersions(exchange);
  const key = `${cacheKey(exchange, name, shape)}\n${kindOf(versions)}\n${JSON.stringify(payload?.keys)}`;
  let prepared = context.answers.get(key);
  if (!prepared) {
    prepared = prepareWrite(context, exchange, name, shape.pairs, payload?.keys);
    context.answers.set(key, prepared);
  }
  const variables = {
    document: payload && asList(payload.text),
    versions: versions === 'any' ? undefined : versions,
    slots: shape.values,
  };
  return answerAction(prepared, exchange, variables, context);
}

function kindOf(versions: ReturnType<typeof acceptedVersions>): string {
  return typeof versions === 'object' ? 'list' : `${versions}`;
}

/** What is wrong with the query string is told before what is wrong with the body. */
function payloadOf(context: RestContext, exchange: Exchange, { pairs }: QueryShape): Rows | undefined {
  const verb = verbOf(exchange);
  if (verb === 'delete') return undefined;
  const isNamed = verb !== 'upsert' && pairs.some(([name]) => name === 'columns');
  try {
    return readRows(exchange, isNamed ? readRequest(context, exchange, NO_ARGS).query.columns : undefined);
  } catch (error) {
    const { query } = readRequest(context, exchange, NO_ARGS);
    if (verb === 'upsert') checkUnlimited(query);
    throw error;
  }
}

const NO_ARGS = { args: false } as const;

function verbOf({ method }: Pick<Exchange, 'method'>): Verb {
  const verb = VERBS[method];
  invariant(verb, 'the method writes');
  return verb;
}

function prepareWrite(
  context: RestContext,
  exchange: Exchange,
  name: string,
  pairs: QueryShape['pairs'],
  members: Write['members'],
): PreparedAnswer {
  const { catalog, settings } = context;
  const verb = verbOf(exchange);
  const request = readRequest(context, exchange, NO_ARGS, pairs);
  if (verb === 'upsert') checkUnlimited(request.query);
  const table = findTable(catalog, request.schema, name);
  const representation = chooseRepresentation(exchange.headers.accept, {
    plan: settings.plan,
    geoJson: catalog.hasGeoJson,
    made: handlersOf(catalog, table, request.query),
  });
  const scope = { catalog, searched: [request.schema, ...settings.extraSearchPath] };
  const write = {
    scope,
    verb,
    table,
    request,
    members,
    representation,
    keyColumns: keyColumns(catalog, table),
  };
  const answer = answerOf(write, settings.aggregates);
  return prepareAnswer(context, exchange, request, {
    representation,
    query: planOf(write, exchange),
    answer,
    readOnly: false,
    mayChangeSession: table.hasTriggers || table.referencedBy.some((one) => one.table.hasTriggers),
    reply: (row) => replyOf(write, row),
  });
}

function checkUnlimited({ ranges }: QueryParameters): void {
  const isLimited = ranges.some(
    ([path, { limit, offset }]) => path.length === 0 && (limit !== undefined || offset !== 0),
  );
  if (isLimited)
    throw new RestError('PGRST114', 'limit/offset querystring parameters are not allowed for PUT');
}

/** `?columns=` is for POST and PATCH alone: what PUT writes is the row of its body. */
function readRows(exchange: Exchange, columns: readonly string[] | undefined): Rows {
  const payload = readPayload({
    body: exchange.body,
    bytes: exchange.bytes,
    mediaType: mediaTypeOf(exchange.headers['content-type']),
    columns,
    forRoutine: false,
  });
  invariant(payload.kind === 'json', 'rows come as JSON');
  return payload;
}

/** One object is a list of one; whatever else stands there, PostgreSQL says what is wrong with it. */
function asList(text: string): string {
  return /^\s*\[/.test(text) ? text : `[${text}]`;
}
