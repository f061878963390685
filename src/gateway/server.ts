/** The one HTTP server: ids, limits, CORS, routes, errors, and a stop that loses no request. */
import fastify, { type FastifyInstance } from 'fastify';
import type { Authenticate } from '../auth/authenticate.ts';
import type { SessionCookies } from '../auth/session-cookies.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Endpoint } from '../exchange.ts';
import { nearest } from '../lib/nearest.ts';
import type { MetricSource } from '../metric.ts';
import type { Observe } from '../observation.ts';
import { createCors } from './cors.ts';
import { createCredentialWatch } from './credential-watch.ts';
import { type Check, createHealth } from './health.ts';
import { observeRequests } from './log.ts';
import { createGatewayMetrics } from './metrics.ts';
import { createMetricsEndpoint } from './metrics-endpoint.ts';
import { createRequestIds } from './request-id.ts';
import { createResponder, pathOf, type Responder } from './respond.ts';
import { type Endpoints, KNOWN_PATHS, registerRoutes, socketRoutes } from './routes.ts';
import { createSockets } from './sockets/sockets.ts';

export interface GatewayInput {
  config: Pick<Config, 'server' | 'log'>;
  version: string;
  observe: Observe;
  authenticate: Authenticate;
  /** Undefined where sessions are not kept in cookies. */
  cookies?: { readonly sessions: SessionCookies; readonly origins: readonly string[] } | undefined;
  endpoints: Endpoints;
  /** What `/ready` asks. */
  checks: Readonly<Record<string, Check>>;
  /** Of the modules, for `/metrics`. */
  metrics?: readonly MetricSource[];
}

export interface Gateway {
  /** Resolves to the address at which clients reach the server. */
  listen(): Promise<string>;
  /** Takes no new connection, lets requests in flight finish for `drainMs`, then cuts what is left. */
  close(drainMs: number): Promise<void>;
  /** WebSockets that are open now. */
  readonly openSockets: number;
}

/** Longer than the usual 60 s of load balancers, so that they close an idle connection and not we. */
const KEEP_ALIVE_MS = 72_000;
const HEADERS_TIMEOUT_MS = 10_000;
const TIMEOUT_CHECK_MS = 2_000;
const IDLE_SWEEP_MS = 25;
/** A peer that is told of the stop answers in one round trip. */
const SOCKETS_GRACE_MS = 1_000;

export function createGateway({
  config,
  version,
  observe,
  authenticate,
  cookies,
  endpoints,
  checks,
  metrics = [],
}: GatewayInput): Gateway {
  let stopping = false;
  const isStopping = () => stopping;
  const { server: settings } = config;
  const cors = createCors(settings.cors.origins, cookies?.origins);
  const watch = createCredentialWatch(authenticate);
  const responder = createResponder({
    authenticate,
    cookies: cookies?.sessions,
    watch,
    cors,
    observe,
    isStopping,
  });
  const requestId = createRequestIds();
  const counted = createGatewayMetrics(version);
  const sockets = createSockets({
    settings,
    authenticate,
    cookies,
    watch,
    requestId,
    endpoints: socketRoutes(endpoints),
    observe: (observation) => {
      if (observation.type === 'socket-closed') counted.socketClosed(observation.code);
      observe(observation);
    },
  });
  const server = fastify({
    logger: false,
    genReqId: requestId,
    bodyLimit: settings.bodyBytes,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: settings.trustedProxies.length > 0 ? [...settings.trustedProxies] : false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: false,
    frameworkErrors: (error, request, reply) => responder.fail(request, reply, error),
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, settings.requestTimeoutMs),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      // A second Authorization header then shows itself in the first, instead of being dropped in silence.
      joinDuplicateHeaders: true,
    },
  });
  server.decorateRequest('caller', undefined);
  server.decorateRequest('cookies', undefined);
  acceptAnyBodyAsText(server);
  server.addHook('onRequest', (request, reply, done) => {
    const allowed = cors.preflight(request.raw.method ?? '', request.raw.headers);
    if (allowed === undefined) return done();
    responder.send(request, reply, { status: 204, headers: allowed, body: '' });
  });
  if (settings.metrics !== 'off') counted.watch(server);
  observeRequests(server, config.log.level, observe);
  server.setErrorHandler((error, request, reply) => responder.fail(request, reply, error));
  answerNotFound(server, responder);
  sockets.listen(server.server);
  registerRoutes(
    server,
    { ...endpoints, metrics: metricsEndpoint() },
    createHealth({ version, checks, isStopping }),
    responder,
  );

  function metricsEndpoint(): Endpoint | undefined {
    if (settings.metrics === 'off') return undefined;
    return createMetricsEndpoint(settings.metrics, [() => counted.read(sockets.count), ...metrics]);
  }

  return {
    async listen() {
      const { host, port } = settings;
      try {
        await server.listen({ host, port });
      } catch (cause) {
        throw cannotListen(cause, host, port);
      }
      const address = server.server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      return settings.publicUrl?.replace(/\/+$/, '') ?? `http://${reachable(host)}:${actual}`;
    },
    get openSockets() {
      return sockets.count;
    },
    async close(drainMs) {
      stopping = true;
      await sockets.close(Math.min(drainMs, SOCKETS_GRACE_MS));
      watch.stop();
      // Node closes idle connections once; one that becomes idle later would hold the server open until its timeout.
      const sweep = setInterval(() => server.server.closeIdleConnections(), IDLE_SWEEP_MS);
      const cut = setTimeout(() => server.server.closeAllConnections(), drainMs);
      await server.close();
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}

/** Modules read their own formats; parsing here would cost time and lose the text that the data path wants. */
function acceptAnyBodyAsText(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const keep = (_request: unknown, body: unknown, done: (error: null, body: unknown) => void) =>
    done(null, body);
  server.addContentTypeParser(['application/json', '*'], { parseAs: 'string' }, keep as never);
  server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, keep as never);
}

function answerNotFound(server: FastifyInstance, responder: Responder): void {
  server.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.raw.url);
    const near = nearest(path, KNOWN_PATHS);
    const hint = near === undefined ? `What exists: ${KNOWN_PATHS.join(', ')}.` : `Did you mean ${near}?`;
    responder.fail(
      request,
      reply,
      new AppError('not-found', `There is nothing at ${request.raw.method} ${path}`, { hint }),
    );
  });
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function cannotListen(cause: unknown, host: string, port: number): AppError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new AppError(
      'port-in-use',
      `Port ${port} on ${host} is in use by another process; choose another one with --port.`,
      { cause },
    );
  }
  if (code === 'EACCES') {
    return new AppError(
      'config-invalid',
      `This user may not listen on port ${port}; choose one above 1023 with --port.`,
      { cause },
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new AppError(
      'config-invalid',
      `This machine has no address ${host} to listen on; change server.host or --host.`,
      { cause },
    );
  }
  return new AppError('config-invalid', `Cannot listen on ${host}:${port}: ${message}`, { cause });
}
