/** A route of an extension as an endpoint: request in, whatever the handler returns out. */
import type pg from 'pg';
import { callerContextOf } from '../database/caller-context.ts';
import { transactAsCaller } from '../database/caller-transaction.ts';
import type { SessionSettings } from '../database/context-statement.ts';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange, Reply } from '../exchange.ts';
import { parseRequestJson } from '../lib/exact-json.ts';
import type { RouteDefinition, RouteRequest } from './extension.ts';
import { paramsOf } from './route-path.ts';

export interface RouteInput {
  /** The login of the API. */
  readonly pool: pg.Pool;
  readonly settings: SessionSettings;
}

export function createRouteEndpoint({ path, handler }: RouteDefinition, input: RouteInput): Endpoint {
  return {
    async handle(exchange) {
      return replyOf(await handler(requestOf(exchange, path, input)));
    },
  };
}

function requestOf(exchange: Exchange, pattern: string, { pool, settings }: RouteInput): RouteRequest {
  const { method, url, headers, body, caller, requestId } = exchange;
  return {
    method,
    url,
    params: paramsOf(pattern, exchange.path),
    query: new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : ''),
    headers,
    body,
    caller,
    requestId,
    json: () => readJson(body),
    transaction: (use) => transactAsCaller(pool, settings, callerContextOf(exchange), use),
  };
}

function readJson(body: string | undefined): unknown {
  try {
    return parseRequestJson(body ?? '');
  } catch (cause) {
    throw new AppError('invalid-request', 'the body is no JSON', { cause });
  }
}

async function replyOf(result: unknown): Promise<Reply> {
  if (result === undefined) return { status: 204, headers: {}, body: '' };
  if (result instanceof Response) {
    const headers = Object.fromEntries(result.headers) as Record<string, string | string[]>;
    const cookies = result.headers.getSetCookie();
    if (cookies.length > 0) headers['set-cookie'] = cookies;
    return { status: result.status, headers, body: Buffer.from(await result.arrayBuffer()) };
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(result),
  };
}
