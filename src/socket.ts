/** One WebSocket, free of any library: what the gateway hands to a module, and what it gets back. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.ts';
import type { AppError } from './errors.ts';
import type { SessionCookieJar } from './exchange.ts';

export interface Socket {
  /** The subprotocol that was agreed on; empty where none was asked for. */
  readonly protocol: string;
  /** Path of the address, without its query. */
  readonly path: string;
  /** Of the handshake. */
  readonly headers: IncomingHttpHeaders;
  /** Undefined where sessions are not kept in cookies; nothing can be kept here. */
  readonly cookies?: SessionCookieJar | undefined;
  readonly ip: string;
  readonly id: string;
  /** Parameters of the address. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Text, which may be encoded already: what many get is encoded once. A peer that does not take what it is sent is cut off. */
  send(text: string | Buffer): void;
  sendBytes(bytes: Buffer): void;
  /** The handler hears of it at once, and sends nothing any more. */
  close(code: number, reason: string): void;
  /**
   * Who these credentials are of. The socket is theirs from here on: it is closed when they do not hold any more. Throws AppError.
   */
  signIn(headers: IncomingHttpHeaders): Promise<Caller>;
  /**
   * The same for what is only a part of the socket: `refused` is told when the credentials do not hold any more, and the socket stays.
   * What comes back ends the watch. Throws AppError.
   */
  signInPart(
    headers: IncomingHttpHeaders,
    refused: (error: AppError) => void,
  ): Promise<{ readonly caller: Caller; leave(): void }>;
}

export interface SocketHandler {
  /** The peer has said who it is; one that does not in time is cut off. */
  readonly isReady: boolean;
  message(text: string): void;
  /** From where on a peer that comes back misses no change; undefined where it follows none. */
  resumeCursor?(): string | undefined;
  /** Where it is missing a message of bytes closes the socket. */
  bytes?(message: Buffer): void;
  /** Something to send now and then, where the protocol knows such a thing. */
  keepAlive?(): void;
  closed(): void;
}

export interface SocketEndpoint {
  /** The subprotocols spoken here, the best first. */
  readonly protocols: readonly string[];
  /** The largest message, where it is another than that of all. */
  readonly messageBytes?: number;
  open(socket: Socket): SocketHandler;
  /** Asked before there is a socket. Throws AppError, which is told over HTTP. */
  admit?(
    handshake: SocketHandshake,
    signIn: (headers: IncomingHttpHeaders) => Caller | Promise<Caller>,
  ): Promise<void>;
  /** The body of a refusal, where it is not the plain one. */
  renderRefusal?(error: AppError): string;
}

export type SocketHandshake = Pick<Socket, 'headers' | 'query'>;

/** Codes of closing that mean the same in every protocol here. */
export const SOCKET_CLOSE = {
  stopping: 1001,
  binary: 1003,
  tooMany: 1008,
  slow: 1013,
  forbidden: 4403,
  initTimeout: 4408,
} as const;
