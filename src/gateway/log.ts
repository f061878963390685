/** One observation per answered request, and only where the log will take it: silence must cost nothing. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Observe } from '../observation.ts';
import { pathOf } from './respond.ts';

/** From which status on an answer is worth a fact, per level of the log. */
const LOWEST_STATUS: Record<Config['log']['level'], number> = {
  trace: 0,
  debug: 0,
  info: 400,
  warn: 500,
  error: 500,
  fatal: Infinity,
  silent: Infinity,
};

export function observeRequests(
  server: FastifyInstance,
  level: Config['log']['level'],
  observe: Observe,
): void {
  const lowest = LOWEST_STATUS[level];
  if (lowest === Infinity) return;
  server.addHook('onResponse', (request, reply, done) => {
    if (reply.raw.statusCode >= lowest) {
      observe({
        type: 'request-finished',
        requestId: request.id,
        method: request.raw.method ?? '',
        // The query is left out: it may carry an apikey, or the values of a GraphQL document.
        url: pathOf(request.raw.url),
        status: reply.raw.statusCode,
        elapsedMs: Math.round(reply.elapsedTime * 10) / 10,
        role: request.caller?.role,
        ip: request.ip,
      });
    }
    done();
  });
}
