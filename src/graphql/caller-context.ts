/** What the database may see of the request. */
import type { Exchange } from '../exchange.ts';
import type { Requester } from './execute.ts';

/** Credentials never reach a setting that every function of the database could read. */
const HIDDEN = new Set(['authorization', 'apikey', 'cookie', 'x-hasura-admin-secret']);

export function callerContextOf({ caller, headers, method, path, requestId, ip }: Exchange): Requester {
  const shown: Record<string, unknown> = {};
  for (const name in headers) if (!HIDDEN.has(name)) shown[name] = headers[name];
  return {
    callerContext: { caller, headersText: JSON.stringify(shown), method, path },
    requestId,
    client: { ip, agent: headers['user-agent'] },
  };
}
