/** Every address of the product on one screen. Modules come in ready made; this file only says what is where. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Endpoint, Reply } from '../exchange.ts';
import type { SocketEndpoint } from '../socket.ts';
import type { Health } from './health.ts';

export interface Endpoints {
  graphql?: Endpoint | undefined;
  /** Tables, views and functions in the manner of PostgREST. */
  rest?: Endpoint | undefined;
  /** GraphQL in the manner of Hasura. */
  hasura?: Endpoint | undefined;
  /** `POST /meta/v1/reload` and `POST /meta/v1/query`, both for the service key alone. */
  metaReload?: Endpoint | undefined;
  metaQuery?: Endpoint | undefined;
  /** How the server fares, for those who may know. */
  metrics?: Endpoint | undefined;
  /** Signing up and in; the module has a table of its own (`src/auth/rest/routes.ts`). */
  auth?: Endpoint | undefined;
  /** GraphQL over WebSocket, and the same in the manner of Hasura. */
  graphqlSockets?: { readonly graphql: SocketEndpoint; readonly hasura: SocketEndpoint } | undefined;
  /** Channels in the manner of Supabase: a WebSocket, and broadcasts by POST. */
  realtimeSocket?: SocketEndpoint | undefined;
  realtimeBroadcasts?: Endpoint | undefined;
  /** Addresses of the user's own. */
  extensions?: readonly { readonly method: string; readonly path: string; readonly endpoint: Endpoint }[];
}

/** What a visitor who is lost may have looked for. */
export const KNOWN_PATHS = [
  '/graphql',
  '/v1/graphql',
  '/graphql/v1',
  '/rest/v1',
  '/meta/v1/reload',
  '/meta/v1/query',
  '/auth/v1',
  '/realtime/v1/websocket',
  '/realtime/v1/api/broadcast',
  '/live',
  '/ready',
  '/health',
  '/metrics',
];

type Handler = (request: FastifyRequest, reply: FastifyReply) => void;

export interface RouteTools {
  /** Authenticates, calls the module, sends its answer. */
  serve(endpoint: Endpoint): Handler;
  /** What goes wrong before the module is asked, told in its own manner. */
  refuse(endpoint: Endpoint): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  /** No credential is looked at. */
  open(answer: () => Reply | Promise<Reply>): Handler;
}

const READ = ['GET', 'HEAD'];
/** The module itself answers 405, in its own manner. */
const ANY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function registerRoutes(
  server: FastifyInstance,
  endpoints: Endpoints,
  health: Health,
  { serve, refuse, open }: RouteTools,
): void {
  const { graphql, rest, hasura, metaReload, metaQuery, auth, metrics, realtimeBroadcasts } = endpoints;
  const route = (method: RouteOptions['method'], url: string, endpoint: Endpoint | undefined) => {
    if (endpoint) server.route({ method, url, handler: serve(endpoint), errorHandler: refuse(endpoint) });
  };
  route(ANY, '/graphql', graphql);
  route(ANY, '/graphql/v1', graphql);
  route(ANY, '/v1/graphql', hasura);
  route([...ANY, 'OPTIONS'], '/rest/v1', rest);
  route([...ANY, 'OPTIONS'], '/rest/v1/*', rest);
  route('POST', '/meta/v1/reload', metaReload);
  route('POST', '/meta/v1/query', metaQuery);
  route(ANY, '/auth/v1/*', auth);
  route(ANY, '/realtime/v1/api/broadcast', realtimeBroadcasts);
  route(ANY, '/realtime/v1/api/broadcast/:topic/events/:event', realtimeBroadcasts);
  route(READ, '/.well-known/oauth-authorization-server', auth);
  route(READ, '/metrics', metrics);
  for (const { method, path, endpoint } of endpoints.extensions ?? [])
    route(method as RouteOptions['method'], path, endpoint);

  server.route({ method: READ, url: '/live', handler: open(health.live) });
  server.route({ method: READ, url: '/ready', handler: open(health.ready) });
  server.route({ method: READ, url: '/health', handler: open(health.health) });
}

/** Where a WebSocket may be opened. */
export function socketRoutes({
  graphqlSockets,
  realtimeSocket,
}: Endpoints): ReadonlyMap<string, SocketEndpoint> {
  const routes = new Map<string, SocketEndpoint>();
  const route = (path: string, endpoint: SocketEndpoint | undefined) => {
    if (endpoint) routes.set(path, endpoint);
  };
  route('/graphql', graphqlSockets?.graphql);
  route('/graphql/v1', graphqlSockets?.graphql);
  route('/v1/graphql', graphqlSockets?.hasura);
  route('/realtime/v1/websocket', realtimeSocket);
  return routes;
}
