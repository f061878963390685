/** One open socket: what it may send and take, and whose it is. It has no timer of its own: the sweep of all asks `tick`. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Authenticate } from '../../auth/authenticate.ts';
import { type OpenedCookies, withoutAnswer } from '../../auth/session-cookies.ts';
import type { Caller } from '../../caller.ts';
import type { Config } from '../../config.ts';
import type { AppError } from '../../errors.ts';
import type { SessionCookieJar } from '../../exchange.ts';
import { SOCKET_CLOSE, type Socket, type SocketEndpoint, type SocketHandler } from '../../socket.ts';
import type { CredentialWatch, Watched } from '../credential-watch.ts';

export type SocketLimits = Config['server']['sockets'];

export interface Handshake {
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** Cookies that must not count are left out. */
  readonly headers: IncomingHttpHeaders;
  readonly ip: string;
  readonly id: string;
  /** Undefined where sessions are not kept in cookies. */
  readonly cookies: OpenedCookies | undefined;
}

export interface PeerTools {
  readonly limits: SocketLimits;
  readonly authenticate: Authenticate;
  readonly watch: CredentialWatch;
}

/** A peer that was told to go has so long to read why. */
const CLOSE_GRACE_MS = 5_000;
const SECOND_MS = 1_000;
/** What a close frame can hold. */
const MAX_REASON_BYTES = 123;

export class Peer implements Socket {
  readonly #ws: WebSocket;
  readonly #connection: Duplex;
  #isCorked = false;
  readonly #handshake: Handshake;
  readonly #tools: PeerTools;
  readonly #handler: SocketHandler | undefined;
  readonly openedAt = performance.now();
  #pingAt: number;
  /** Since the last ping nothing has come. */
  #isSilent = false;
  #closingSince: number | undefined;
  #watched: Watched | undefined;
  readonly #parts = new Set<() => void>();
  #second = 0;
  #messages = 0;

  constructor(
    ws: WebSocket,
    connection: Duplex,
    endpoint: SocketEndpoint,
    handshake: Handshake,
    tools: PeerTools,
  ) {
    this.#ws = ws;
    this.#connection = connection;
    this.#handshake = handshake;
    this.#tools = tools;
    // Those that came together are not pinged together.
    this.#pingAt = this.openedAt + tools.limits.keepAliveMs * (0.5 + Math.random() / 2);
    this.#handler = endpoint.open(this);
  }

  get protocol(): string {
    return this.#ws.protocol;
  }
  get path(): string {
    return this.#handshake.path;
  }
  get headers(): IncomingHttpHeaders {
    return this.#handshake.headers;
  }
  get query(): Readonly<Record<string, unknown>> {
    return this.#handshake.query;
  }
  get ip(): string {
    return this.#handshake.ip;
  }
  get id(): string {
    return this.#handshake.id;
  }

  get cookies(): SessionCookieJar | undefined {
    const { cookies } = this.#handshake;
    return cookies && withoutAnswer(cookies.jar);
  }

  send(text: string | Buffer): void {
    this.#write(text, false);
  }

  sendBytes(bytes: Buffer): void {
    this.#write(bytes, true);
  }

  #write(data: string | Buffer, binary: boolean): void {
    if (this.#closingSince !== undefined) return;
    // What waited before counts, so that one message may be larger than what may wait. The one that shows it goes out still: the cursor
    // that is told is behind it.
    const isTooSlow = this.#waitsTooMuch;
    // What is sent in one turn of the event loop goes out in one write.
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#connection.cork();
      setImmediate(() => this.#uncork());
    }
    this.#ws.send(data, { binary });
    if (isTooSlow) this.close(SOCKET_CLOSE.slow, 'Too slow: read faster, connect again and subscribe anew');
  }

  get #waitsTooMuch(): boolean {
    const { bufferedBytes } = this.#tools.limits;
    if (this.#ws.bufferedAmount <= bufferedBytes) return false;
    // What nobody has tried to send yet does not wait for the peer.
    this.#uncork();
    return this.#ws.bufferedAmount > bufferedBytes;
  }

  #uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#connection.uncork();
  }

  close(code: number, reason: string): void {
    if (this.#closingSince !== undefined) return;
    this.#closingSince = performance.now();
    this.#ws.close(code, shortened(`${reason}${this.#whereToGoOn(code)}`));
    this.#leave();
  }

  async signIn(headers: IncomingHttpHeaders): Promise<Caller> {
    const { authenticate, watch } = this.#tools;
    const { query, cookies } = this.#handshake;
    const caller = await authenticate(headers, query, cookies && (() => cookies.speak(false)));
    if (this.#closingSince !== undefined) return caller;
    if (this.#watched) watch.remove(this.#watched);
    this.#watched = watch.add(caller, cookies?.credentials(headers) ?? headers, query, (error) =>
      error.code === 'server-stopping'
        ? this.close(SOCKET_CLOSE.stopping, 'The server is stopping: connect again, and subscribe anew')
        : this.close(SOCKET_CLOSE.forbidden, error.message),
    );
    return caller;
  }

  async signInPart(headers: IncomingHttpHeaders, refused: (error: AppError) => void) {
    const { authenticate, watch } = this.#tools;
    const { query } = this.#handshake;
    const caller = await authenticate(headers, query);
    const watched = watch.add(caller, headers, query, refused);
    const leave = () => {
      this.#parts.delete(leave);
      watch.remove(watched);
    };
    if (this.#closingSince === undefined) this.#parts.add(leave);
    else watch.remove(watched);
    return { caller, leave };
  }

  /** What the socket has brought. */
  take(data: Buffer, isBinary: boolean): void {
    this.#isSilent = false;
    if (this.#closingSince !== undefined) return;
    const second = Math.floor(performance.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#messages = 0;
    }
    this.#messages += 1;
    if (this.#messages > this.#tools.limits.messagesPerSecond)
      this.close(SOCKET_CLOSE.tooMany, 'Too many messages in a second');
    else if (isBinary && this.#handler?.bytes) this.#handler.bytes(data);
    else if (isBinary) this.close(SOCKET_CLOSE.binary, 'Messages are text');
    else this.#handler?.message(data.toString());
  }

  heard(): void {
    this.#isSilent = false;
  }

  /** The socket has gone, whoever closed it. */
  gone(): void {
    this.#closingSince ??= performance.now();
    this.#leave();
  }

  tick(now: number): void {
    const { initTimeoutMs, keepAliveMs } = this.#tools.limits;
    if (this.#closingSince !== undefined) {
      if (now - this.#closingSince > CLOSE_GRACE_MS) this.#ws.terminate();
    } else if (this.#handler?.isReady === false && now - this.openedAt > initTimeoutMs) {
      this.close(SOCKET_CLOSE.initTimeout, 'Connection initialisation timeout');
    } else if (now >= this.#pingAt && this.#isSilent) {
      this.terminate();
    } else if (now >= this.#pingAt) {
      this.#isSilent = true;
      this.#pingAt = now + keepAliveMs;
      this.#ws.ping();
      this.#handler?.keepAlive?.();
    }
  }

  terminate(): void {
    this.gone();
    this.#ws.terminate();
  }

  /** Whatever was sent before is read before the reason is, so the cursor leaves nothing out. */
  #whereToGoOn(code: number): string {
    if (code !== SOCKET_CLOSE.stopping && code !== SOCKET_CLOSE.slow) return '';
    const cursor = this.#handler?.resumeCursor?.();
    return cursor === undefined ? '' : `; cursor=${cursor}`;
  }

  #leave(): void {
    if (this.#watched) this.#tools.watch.remove(this.#watched);
    this.#watched = undefined;
    for (const leave of this.#parts) leave();
    this.#handler?.closed();
  }
}

function shortened(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES
    ? reason
    : Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString().replace(/�+$/, '');
}
