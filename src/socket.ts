/** One WebSocket, free of any library: what the gateway hands to a module, and what it gets back. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.ts';
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
  /** A peer that does not take what it is sent is cut off. */
  send(text: string): void;
  /** The handler hears of it at once, and sends nothing any more. */
  close(code: number, reason: string): void;
  /**
   * Who these credentials are of. The socket is theirs from here on: it is closed when they do not hold any more. Throws AppError.
   */
  signIn(headers: IncomingHttpHeaders): Promise<Caller>;
}

export interface SocketHandler {
  /** The peer has said who it is; one that does not in time is cut off. */
  readonly isReady: boolean;
  message(text: string): void;
  /** From where on a peer that comes back misses no change; undefined where it follows none. */
  resumeCursor?(): string | undefined;
  /** Something to send now and then, where the protocol knows such a thing. */
  keepAlive?(): void;
  closed(): void;
}

export interface SocketEndpoint {
  /** The subprotocols spoken here, the best first. */
  readonly protocols: readonly string[];
  open(socket: Socket): SocketHandler;
}

/** Codes of closing that mean the same in every protocol here. */
export const SOCKET_CLOSE = {
  stopping: 1001,
  binary: 1003,
  tooMany: 1008,
  slow: 1013,
  forbidden: 4403,
  initTimeout: 4408,
} as const;
