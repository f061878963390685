/** `/rpc/<function>`: GET and HEAD with arguments in the query string, POST with them in the body. */
import { invariant } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Action } from './action.ts';
import { answerAction, type PreparedAnswer } from './answer.ts';
import { documentOf, isList, namesOf } from './call-arguments.ts';
import { prepareCall } from './call-preparation.ts';
import { RestError } from './errors.ts';
import { isReserved } from './grammar/query.ts';
import type { RestContext } from './handler.ts';
import { mediaTypeOf, type Payload, readPayload } from './payload.ts';
import { decode, rawParts } from './query-string.ts';
import { cacheKey } from './read.ts';
import { type QueryShape, shapeOf } from './read-shape.ts';
import { readRequest } from './request.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST']);

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

function callOf(
  prepared: PreparedAnswer,
  exchange: Exchange,
  payload: Payload,
  slots: QueryShape['values'],
  context: RestContext,
): Action {
  const { query } = prepared.input;
  invariant(query.kind === 'call', 'a function is called');
  const document = documentOf(payload, query.routine);
  return answerAction(prepared, exchange, { document, versions: undefined, slots }, context);
}
