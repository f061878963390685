/** GET and HEAD of a table or view. */
import { LRUCache } from 'lru-cache';
import { bind } from '../data/sql/value.ts';
import type { CallerStatement } from '../database/as-caller.ts';
import type { Exchange } from '../exchange.ts';
import type { Action } from './action.ts';
import type { RestContext } from './handler.ts';
import { planReply } from './plan-output.ts';
import { type PreparedRead, type PreparedStatement, prepareRead } from './read-preparation.ts';
import { listingReply, type ReadMoment, readReply } from './read-reply.ts';
import { type QueryShape, shapeOf } from './read-shape.ts';
import { callerRequest, requestContext } from './transaction.ts';

/** Reads prepared of one version of the catalog. */
export type ReadCache = LRUCache<string, PreparedRead>;

const MAX_READS = 1000;

export function createReadCache(): ReadCache {
  return new LRUCache({ max: MAX_READS });
}

export function readAction(context: RestContext, exchange: Exchange, name: string): Action {
  const { reads, settings } = context;
  const shape = shapeOf(exchange.url);
  const key = cacheKey(exchange, name, shape);
  let prepared = reads.get(key);
  if (!prepared) {
    prepared = prepareRead(context, exchange, name, shape.pairs);
    reads.set(key, prepared);
  }
  return actionOf(prepared, exchange, shape, settings);
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
  { statements, rows, facts, end }: PreparedRead,
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
