/** The two ways a route is answered, and the one place that writes to the socket. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/authenticate.ts';
import type { OpenedCookies, SessionCookies } from '../auth/session-cookies.ts';
import type { Caller } from '../caller.ts';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange, Reply } from '../exchange.ts';
import type { Observe } from '../observation.ts';
import { addCookies } from './cookie-headers.ts';
import type { Cors, ResponseHeaders } from './cors.ts';
import type { CredentialWatch } from './credential-watch.ts';
import { plainErrorReply, toAppError } from './error-reply.ts';
import { pour } from './pour.ts';
import type { RouteTools } from './routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
    cookies: OpenedCookies | undefined;
  }
}

export interface Responder extends RouteTools {
  send(request: FastifyRequest, reply: FastifyReply, answer: Reply): void;
  fail(request: FastifyRequest, reply: FastifyReply, thrown: unknown, endpoint?: Endpoint): void;
}

export interface ResponderInput {
  authenticate: Authenticate;
  watch: CredentialWatch;
  /** Undefined where sessions are not kept in cookies. */
  cookies: SessionCookies | undefined;
  cors: Cors;
  observe: Observe;
  isStopping: () => boolean;
}

export function createResponder({
  authenticate,
  watch,
  cookies,
  cors,
  observe,
  isStopping,
}: ResponderInput): Responder {
  /** Writes head and body in one go; Fastify's own serialisation has nothing to add to a finished text. */
  function send(request: FastifyRequest, reply: FastifyReply, answer: Reply): void {
    const outgoing = reply.raw;
    if (outgoing.headersSent) return;
    const headers: ResponseHeaders = {
      ...answer.headers,
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
    };
    const { body } = answer;
    const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
    // Of a HEAD without a body nobody knows how long that of the GET would be.
    const isTold =
      answer.status !== 204 && answer.status !== 304 && !(request.method === 'HEAD' && body === '');
    if (isWhole && isTold) headers['content-length'] = String(Buffer.byteLength(body));
    if (request.cookies !== undefined) addCookies(headers, request.cookies);
    cors.allow(request.raw.headers, headers);
    if (isStopping()) headers.connection = 'close';
    reply.hijack();
    outgoing.writeHead(answer.status, headers);
    if (isWhole) {
      outgoing.end(body);
      return;
    }
    pour(body, outgoing).catch((error: unknown) => {
      const where = pathOf(request.raw.url);
      if (!outgoing.destroyed || !toAppError(error).expected)
        observe({ type: 'unexpected-error', requestId: request.id, error, where });
    });
  }

  function fail(request: FastifyRequest, reply: FastifyReply, thrown: unknown, endpoint?: Endpoint): void {
    const { error, expected } = toAppError(thrown);
    if (!expected)
      observe({
        type: 'unexpected-error',
        requestId: request.id,
        error: thrown,
        where: pathOf(request.raw.url),
      });
    const answer = render(error, request, endpoint);
    // After a refused body the rest of it may still be on its way: the connection cannot be used again.
    if (error.code === 'payload-too-large')
      send(request, reply, { ...answer, headers: { ...answer.headers, connection: 'close' } });
    else send(request, reply, answer);
  }

  function render(error: AppError, request: FastifyRequest, endpoint: Endpoint | undefined): Reply {
    const requestId = request.id;
    return (
      endpoint?.renderError?.(error, { path: pathOf(request.raw.url), requestId }) ??
      plainErrorReply(error, requestId)
    );
  }

  /** Promises are awaited only where there is one: the hot path, a known caller, stays in one tick. */
  function settle<T>(
    outcome: () => T | Promise<T>,
    done: (value: T) => void,
    failed: (thrown: unknown) => void,
  ): void {
    try {
      const value = outcome();
      if (value instanceof Promise) value.then(done).catch(failed);
      else done(value);
    } catch (thrown) {
      failed(thrown);
    }
  }

  return {
    send,
    fail,
    serve: (endpoint) => (request, reply) => {
      const failed = (thrown: unknown) => fail(request, reply, thrown, endpoint);
      const answer = (caller: Caller, credentialError?: AppError) => {
        request.caller = caller;
        settle(
          () => endpoint.handle(exchangeOf(request, reply, caller, credentialError, watch)),
          (value) => send(request, reply, value),
          failed,
        );
      };
      const refused = (thrown: unknown) => {
        if (thrown instanceof AppError && thrown.code === 'invalid-jwt' && request.cookies?.jar.spoke)
          request.cookies.dropAccess();
        if (endpoint.judgesCredentials !== true || !(thrown instanceof AppError)) return failed(thrown);
        settle(
          () => authenticate({}),
          (nobody) => answer(nobody, thrown),
          failed,
        );
      };
      settle(
        () => {
          if (cookies === undefined) return authenticate(request.raw.headers, queryOf(request));
          const opened = cookies.open(request.raw.headers);
          request.cookies = opened;
          const safe = endpoint.getOnlyReads === true && isRead(request.raw.method);
          return authenticate(opened.headers, queryOf(request), () => opened.speak(safe));
        },
        (caller) => answer(caller),
        refused,
      );
    },
    refuse: (endpoint) => (error, request, reply) => fail(request, reply, error, endpoint),
    open: (answer) => (request, reply) => {
      settle(
        answer,
        (value) => send(request, reply, value),
        (thrown) => fail(request, reply, thrown),
      );
    },
  };
}

function queryOf(request: FastifyRequest): Record<string, unknown> {
  return request.query as Record<string, unknown>;
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function pathOf(url: string | undefined): string {
  if (url === undefined) return '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function exchangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  credentialError: AppError | undefined,
  watch: CredentialWatch,
): Exchange {
  const incoming = request.raw;
  const url = incoming.url ?? '/';
  return {
    method: incoming.method ?? 'GET',
    url,
    path: pathOf(url),
    headers: (request.cookies?.headers ?? incoming.headers) as Exchange['headers'],
    query: queryOf(request),
    body: typeof request.body === 'string' ? request.body : undefined,
    bytes: Buffer.isBuffer(request.body) ? request.body : undefined,
    caller,
    credentialError,
    cookies: request.cookies?.jar,
    ip: request.ip,
    requestId: request.id,
    keepJudging(refused) {
      const credentials = request.cookies?.credentials(incoming.headers) ?? incoming.headers;
      const watched = watch.add(caller, credentials, this.query, refused);
      return () => watch.remove(watched);
    },
    incoming,
    outgoing: reply.raw,
  };
}
