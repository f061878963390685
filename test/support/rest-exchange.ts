/** A request over REST without HTTP. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Caller } from '../../src/caller.ts';
import type { Exchange } from '../../src/exchange.ts';

export interface RestExchangeOptions {
  readonly caller: Caller;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
}

/** `path` is below `/rest/v1`. */
export function restExchange(
  method: string,
  path: string,
  { caller, headers, body }: RestExchangeOptions,
): Exchange {
  const url = `/rest/v1${path}`;
  const end = url.indexOf('?');
  return {
    method,
    url,
    path: end < 0 ? url : url.slice(0, end),
    headers: headers ?? {},
    query: {},
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    bytes: undefined,
    ip: '127.0.0.1',
    caller,
    keepJudging: () => () => undefined,
    requestId: 'test',
    incoming: new EventEmitter() as Exchange['incoming'],
    outgoing: new EventEmitter() as ServerResponse,
  };
}
