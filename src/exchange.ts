/** One HTTP request and its answer, free of any framework: what the gateway hands to a module, and what it gets back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';
import type { AppError } from './errors.ts';

/** The cookies of a browser's session: what came with the request, and what goes back with the answer. */
export interface SessionCookieJar {
  /** Whether the page that asks may use them. To any other nothing is told, and nothing is kept for it. */
  readonly trusted: boolean;
  /** Whether who calls is said by the cookie. */
  readonly spoke: boolean;
  /** The page does not want to see tokens. */
  readonly alone: boolean;
  /** Undefined where there is none, or another credential speaks. */
  readonly refreshToken: string | undefined;
  keep(session: { accessToken: string; refreshToken: string; expiresIn: number }): void;
  clear(): void;
  /** Marks the browser that begins a flow at a provider, so that it can be told from others when the flow comes back. */
  markFlow(state: string): void;
  beganFlow(state: string): boolean;
}

export interface Exchange {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  /** The path alone. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly query: Readonly<Record<string, unknown>>;
  /** The body as text, unparsed; undefined where the request has none. */
  readonly body: string | undefined;
  /** The body of `application/octet-stream`, which is no text. */
  readonly bytes: Buffer | undefined;
  readonly caller: Caller;
  /** What was wrong with the credential, for a module that judges that itself; the caller is then nobody. */
  readonly credentialError?: AppError | undefined;
  /** Undefined where sessions are not kept in cookies. */
  readonly cookies?: SessionCookieJar | undefined;
  /** The client's address, as trusted proxies tell it. */
  readonly ip: string;
  readonly requestId: string;
  /**
   * For an answer that goes on: tells when the credentials do not hold any more, or the server stops. The caller of what comes back ends
   * that.
   */
  keepJudging(refused: (error: AppError) => void): () => void;
  /** For what needs the connection itself: noticing that the client hung up. */
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

export interface Reply {
  readonly status: number;
  /** A list is sent as several headers of that name. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Pieces are written as the client takes them; whoever stops taking ends the iteration. */
  readonly body: string | Buffer | AsyncIterable<string>;
}

export interface Endpoint {
  /** A credential that does not hold is not the end of the request: some of what the module offers needs none. */
  readonly judgesCredentials?: boolean;
  /** GET and HEAD change nothing, whatever they ask for. */
  readonly getOnlyReads?: boolean;
  handle(exchange: Exchange): Reply | Promise<Reply>;
  /** How an expected failure looks here; without it the plain JSON of the gateway. */
  renderError?(error: AppError, place: { path: string; requestId: string }): Reply;
}
