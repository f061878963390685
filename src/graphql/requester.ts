/** Who asks, and under which id: what every way in hands to the executor. */
import { callerContextOf } from '../database/caller-context.ts';
import type { Exchange } from '../exchange.ts';
import type { Requester } from './execute.ts';

export function requesterOf(exchange: Exchange): Requester {
  const { requestId, ip, headers, cookies } = exchange;
  return {
    callerContext: callerContextOf(exchange),
    requestId,
    client: { ip, agent: headers['user-agent'], audience: headers['x-jwt-aud']?.toString() },
    cookies,
  };
}
