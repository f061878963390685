/** All sockets of the process: handshakes are judged here, one sweep looks after everybody, and a stop says goodbye. */
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SessionCookies } from '../../auth/session-cookies.ts';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Observe } from '../../observation.ts';
import { SOCKET_CLOSE, type SocketEndpoint } from '../../socket.ts';
import { createClientAddress } from '../client-address.ts';
import { plainErrorReply, toAppError } from '../error-reply.ts';
import { pathOf } from '../respond.ts';
import { judgeOrigin } from './origin.ts';
import { type Handshake, Peer, type PeerTools } from './peer.ts';

export interface SocketsInput extends Omit<PeerTools, 'limits'> {
  readonly settings: Pick<Config['server'], 'sockets' | 'cors' | 'publicUrl' | 'trustedProxies'>;
  /** Undefined where sessions are not kept in cookies. */
  readonly cookies?: { readonly sessions: SessionCookies; readonly origins: readonly string[] } | undefined;
  readonly requestId: (request: IncomingMessage) => string;
  /** By path. */
  readonly endpoints: ReadonlyMap<string, SocketEndpoint>;
  readonly observe: Observe;
}

export interface Sockets {
  listen(server: Server): void;
  readonly count: number;
  /** Tells every peer to connect again, and cuts those off that do not go in time. */
  close(graceMs: number): Promise<void>;
}

const SWEEP_MS = 250;

export function createSockets(input: SocketsInput): Sockets {
  const { settings, endpoints, observe, cookies } = input;
  const origins = [...settings.cors.origins, ...(cookies?.origins ?? [])];
  const limits = settings.sockets;
  const tools: PeerTools = { limits, authenticate: input.authenticate, watch: input.watch };
  const addressOf = createClientAddress(settings.trustedProxies);
  const peers = new Map<WebSocket, Peer>();
  const perAddress = new Map<string, number>();
  const serverFor = (maxPayload: number) =>
    new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
      // A protocol that is not spoken here is agreed to as well, so that the peer can be told by a code.
      handleProtocols: (offered, request) => {
        const spoken = endpoints.get(pathOf(request.url))?.protocols ?? [];
        return spoken.find((one) => offered.has(one)) ?? [...offered][0] ?? false;
      },
    });
  /** By the size of their messages. */
  const servers = new Map<number, WebSocketServer>();
  for (const { messageBytes = limits.messageBytes } of endpoints.values())
    if (!servers.has(messageBytes)) servers.set(messageBytes, serverFor(messageBytes));
  let stopping = false;
  let allGone: (() => void) | undefined;
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const peer of peers.values()) peer.tick(now);
  }, SWEEP_MS);
  sweep.unref();

  /** Throws AppError. */
  function admit(request: IncomingMessage): { endpoint: SocketEndpoint; handshake: Handshake } {
    const path = pathOf(request.url);
    const endpoint = endpoints.get(path);
    if (!endpoint) throw new AppError('not-found', `There is no WebSocket at ${path}`);
    if (stopping) throw new AppError('server-stopping', 'The server is stopping');
    const { isAllowed, mayUseCookies } = judgeOrigin(request.headers, origins, settings.publicUrl);
    if (!isAllowed)
      throw new AppError('origin-not-allowed', `Pages of ${request.headers.origin} may not connect`, {
        hint: 'Name the origin in server.cors.origins.',
      });
    const ip = addressOf(request);
    if (peers.size >= limits.maximum || (perAddress.get(ip) ?? 0) >= limits.perAddress)
      throw new AppError('too-many-connections', 'There are too many open sockets', {
        hint: 'Close those that are not needed: one socket carries many subscriptions.',
      });
    const opened = cookies?.sessions.open(request.headers);
    const all: IncomingHttpHeaders = opened?.headers ?? request.headers;
    const { cookie: _cookie, ...others } = all;
    const headers = mayUseCookies ? all : others;
    const id = input.requestId(request);
    return {
      endpoint,
      handshake: { path, query: queryOf(request), headers, ip, id, cookies: opened },
    };
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Between the request and the handshake nobody else listens.
    const ignore = () => undefined;
    socket.on('error', ignore);
    try {
      const { endpoint, handshake } = admit(request);
      if (endpoint.admit)
        await endpoint.admit(handshake, (headers) => input.authenticate(headers, handshake.query));
      if (stopping) throw new AppError('server-stopping', 'The server is stopping');
      servers
        .get(endpoint.messageBytes ?? limits.messageBytes)
        ?.handleUpgrade(request, socket, head, (ws) => {
          socket.off('error', ignore);
          open(ws, socket, endpoint, handshake);
        });
    } catch (thrown) {
      const { error, expected } = toAppError(thrown);
      if (!expected)
        observe({ type: 'unexpected-error', error: thrown, where: 'a handshake of a WebSocket' });
      refuse(socket, error, input.requestId(request), endpoints.get(pathOf(request.url)));
    }
  }

  function open(ws: WebSocket, connection: Duplex, endpoint: SocketEndpoint, handshake: Handshake): void {
    const { ip, path, id } = handshake;
    perAddress.set(ip, (perAddress.get(ip) ?? 0) + 1);
    const peer = new Peer(ws, connection, endpoint, handshake, tools);
    peers.set(ws, peer);
    observe({ type: 'socket-opened', requestId: id, path, protocol: ws.protocol, ip, open: peers.size });
    ws.on('message', (data: Buffer, isBinary) => peer.take(data, isBinary));
    ws.on('pong', () => peer.heard());
    // Of a broken frame or a dead connection: `close` follows.
    ws.on('error', () => undefined);
    ws.on('close', (code) => {
      peers.delete(ws);
      const left = (perAddress.get(ip) ?? 1) - 1;
      if (left === 0) perAddress.delete(ip);
      else perAddress.set(ip, left);
      peer.gone();
      const elapsedMs = Math.round(performance.now() - peer.openedAt);
      observe({ type: 'socket-closed', requestId: id, path, code, elapsedMs, open: peers.size });
      if (peers.size === 0) allGone?.();
    });
  }

  return {
    listen: (http) => void http.on('upgrade', (...given) => void upgrade(...given)),
    get count() {
      return peers.size;
    },
    async close(graceMs) {
      stopping = true;
      for (const peer of peers.values())
        peer.close(SOCKET_CLOSE.stopping, 'The server is stopping: connect again, and subscribe anew');
      if (peers.size > 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, graceMs);
          allGone = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      clearInterval(sweep);
      for (const peer of peers.values()) peer.terminate();
    },
  };
}

function queryOf({ url = '' }: IncomingMessage): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const search = new URLSearchParams(url.slice(pathOf(url).length));
  for (const name of search.keys()) {
    const all = search.getAll(name);
    found[name] = all.length === 1 ? all[0] : all;
  }
  return found;
}

/** The answer to a handshake that is none: plain HTTP, and the end of the connection. */
function refuse(
  socket: Duplex,
  error: AppError,
  requestId: string,
  endpoint: SocketEndpoint | undefined,
): void {
  const { status, headers, body: plain } = plainErrorReply(error, requestId);
  const body = endpoint?.renderRefusal?.(error) ?? plain;
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(String(body))),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
