/** `/metrics`: how the server fares, for those whom `server.metrics` lets see it. */
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange } from '../exchange.ts';
import type { MetricSource } from '../metric.ts';
import { metricsText } from './metrics.ts';

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
/** A proxy on this machine speaks for the whole world. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

export function createMetricsEndpoint(
  mode: Exclude<Config['server']['metrics'], 'off'>,
  sources: readonly MetricSource[],
): Endpoint {
  return {
    getOnlyReads: true,
    async handle(exchange) {
      const isAllowed = exchange.caller.kind === 'service' || (mode === 'loopback' && isLocal(exchange));
      if (!isAllowed)
        throw new AppError('service-key-required', 'Metrics are not for everybody', {
          status: exchange.caller.kind === 'anonymous' ? 401 : 403,
          hint: 'Send the service key, or ask from the machine of the server; see server.metrics.',
        });
      const body = await metricsText(sources);
      return { status: 200, headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' }, body };
    },
  };
}

function isLocal({ ip, headers, incoming }: Exchange): boolean {
  const { remoteAddress = '' } = incoming.socket;
  return (
    LOOPBACK.test(remoteAddress) &&
    LOOPBACK.test(ip) &&
    !PROXY_HEADERS.some((name) => headers[name] !== undefined)
  );
}
