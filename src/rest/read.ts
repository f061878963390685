/** GET and HEAD of a table or view. */
import { LRUCache } from 'lru-cache';
import { bind } from '../data/sql/value.ts';
import type { CallerStatement } from '../database/as-caller.ts';
import { AppError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Action } from './action.ts';
import type { RestContext } from './handler.ts';
import { planReply } from './plan-output.ts';
import { type PreparedRead, type PreparedStatement, prepareRead } from './read-preparation.ts';
import { listingReply, type ReadMoment, readReply } from './read-reply.ts';
import { type QueryShape, shapeOf } from './read-shape.ts';
import { callerRequest, requestContext } from './transaction.ts';

/** Of one version of the catalog. */
export interface ReadCache {
  readonly prepared: LRUCache<string, PreparedRead>;
  /** Requests that were refused, word by word: what costs nothing to send must not cost much to refuse. */
  readonly refusals: LRUCache<string, AppError>;
}

const MAX_READS = 1000;
const MAX_REFUSALS = 500;

export function createReadCache(): ReadCache {
  return { prepared: new LRUCache({ max: MAX_READS }), refusals: new LRUCache({ max: MAX_REFUSALS }) };
}

export function readAction(context: RestContext, exchange: Exchange, name: string): Action {
  const { reads, settings } = context;
  const shape = shapeOf(exchange.url);
  const key = cacheKey(exchange, name, shape);
  const known = reads.prepared.get(key);
  return actionOf(known ?? prepareOnce(context, exchange, name, shape, key), exchange, shape, settings);
}

function prepareOnce(
  context: RestContext,
  exchange: Exchange,
  name: string,
  { pairs }: QueryShape,
  key: string,
): PreparedRead {
  const { prepared, refusals } = context.reads;
  const words = cacheKey(exchange, name, { key: exchange.url });
  const refused = refusals.get(words);
  if (refused) throw refused;
  try {
    const made = prepareRead(context, exchange, name, pairs);
    prepared.set(key, made);
    return made;
  } catch (error) {
    if (error instanceof AppError && error.status < 500) refusals.set(words, error);
    throw error;
  }
}

/** Everything that a prepared read was made of, but for the values of its slots. A header cannot hold the separator. */
export function cacheKey(
  { method, caller, headers }: Exchange,
  name: string,
  { key }: Pick<QueryShape, 'key'>,
): string {
  const { accept, prefer, range } = headers;
  const profile = headers[method === 'GET' || method === 'HEAD' ? 'accept-profile' : 'content-profile'];
  const isConditional = headers['if-none-match'] !== undefined;
  return `${method}\n${caller.role}\n${accept}\n${prefer}\n${range}\n${profile}\n${isConditional}\n${name}\n${key}`;
}

function actionOf(
  { statements, rows, facts, touches, end }: PreparedRead,
  exchange: Exchange,
  { values, pairs }: QueryShape,
  settings: RestContext['settings'],
): Action {
  const variables: Record<string, unknown> = {};
  values.forEach((value, index) => {
    variables[`s${index}`] = value;
  });
  const bound = ({ text, name, parameters }: PreparedStatement): CallerStatement => ({
    text,
    name,
    values: bind(parameters, variables),
    runsUserCode: false,
    mayChangeSession: false,
    touches,
  });
  const { preferences, schema } = facts.request;
  const moment: ReadMoment = { pairs, known: exchange.headers['if-none-match'] };
  const [first, ...others] = statements.map(bound);
  const request = callerRequest(
    requestContext(exchange, schema, preferences, settings),
    first!,
    true,
    settings,
  );
  return {
    request: { ...request, statements: [first!, ...others] },
    end,
    reply: (result) =>
      facts.representation.plan ? planReply(result, facts.representation) : readReply(result, facts, moment),
    rows: rows && {
      request: { ...request, statements: rows.statements.map(bound) },
      framing: rows.framing,
      reply(result, seen, body) {
        const [total = null, headers = null, status = null] = result[0]?.[0] ?? [];
        return listingReply({ body, rows: seen, total, headers, status }, result[1], facts, moment);
      },
    },
  };
}
