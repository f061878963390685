/** What the database may see of the request. */
import type { Exchange } from '../exchange.ts';
import type { CallerContext } from './context-statement.ts';

/** Credentials never reach a setting that every function of the database could read. */
const HIDDEN = new Set(['authorization', 'apikey', 'cookie', 'x-hasura-admin-secret']);

export function callerContextOf({
  caller,
  headers,
  method,
  path,
}: Pick<Exchange, 'caller' | 'headers' | 'method' | 'path'>): CallerContext {
  const shown: Record<string, unknown> = {};
  for (const name in headers) if (!HIDDEN.has(name)) shown[name] = headers[name];
  return { caller, headersText: JSON.stringify(shown), method, path };
}
