/** What both protocols share: who the socket is of, and the operations that run on it. */
import type { IncomingHttpHeaders } from 'node:http';
import { callerContextOf } from '../../database/caller-context.ts';
import { AppError } from '../../errors.ts';
import { parseRequestJson } from '../../lib/exact-json.ts';
import type { Observe } from '../../observation.ts';
import { type Cursor, comparePositions, cursorText, parseCursor } from '../../realtime/changes/cursor.ts';
import type { Socket } from '../../socket.ts';
import { toGraphqlError } from '../errors.ts';
import type { Requester } from '../execute.ts';
import type { Operate, OperationSink, RunningOperation } from '../operate.ts';
import { readParameters } from '../request.ts';
import { initHeaders, renewedHeaders } from './init-headers.ts';

export interface SessionInput {
  readonly operate: Operate;
  /** Operations that one socket may have at a time. */
  readonly maxOperations: number;
  readonly observe: Observe;
}

export class Session {
  readonly socket: Socket;
  readonly #input: SessionInput;
  readonly #operations = new Map<string, RunningOperation>();
  #headers: IncomingHttpHeaders = {};
  #requester: Requester | undefined;

  constructor(socket: Socket, input: SessionInput) {
    this.socket = socket;
    this.#input = input;
  }

  get isSignedIn(): boolean {
    return this.#requester !== undefined;
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  /** Throws AppError. */
  async signIn(payload: unknown): Promise<void> {
    const { socket } = this;
    await this.#become(initHeaders(payload, socket.headers));
  }

  /** A new token of the same user: what runs goes on under its claims. Whether there was one. Throws AppError. */
  async renew(payload: unknown): Promise<boolean> {
    const headers = this.#requester && renewedHeaders(payload, this.#headers);
    if (!headers) return false;
    await this.#become(headers);
    for (const operation of this.#operations.values()) operation.renew(this.#requester!);
    return true;
  }

  /** Sends its errors to the sink; where `payload` is no request it is told so as well. */
  start(id: string, payload: unknown, sink: OperationSink): void {
    const { operate, maxOperations, observe } = this.#input;
    const requester = this.#requester!;
    try {
      if (this.#operations.size >= maxOperations)
        throw new AppError('limit-exceeded', `a socket may have ${maxOperations} operations at a time`, {
          path: '$',
          hint: 'Stop those that are not needed, or open another socket.',
          extensions: { limit: 'operations of a socket', allowed: maxOperations },
        });
      const request = {
        ...readParameters(payload, 'POST'),
        plainIntrospection: this.socket.path === '/v1/graphql',
      };
      this.#operations.set(id, operate(request, requester, sink));
    } catch (error) {
      sink.error([toGraphqlError(error, requester.requestId, observe)]);
    }
  }

  stop(id: string): void {
    this.#operations.get(id)?.stop();
    this.#operations.delete(id);
  }

  /** It has ended by itself. */
  ended(id: string): void {
    this.#operations.delete(id);
  }

  /** The oldest of what runs: who goes on from there with all of it misses nothing. */
  resumeCursor(): string | undefined {
    let oldest: Cursor | undefined;
    for (const operation of this.#operations.values()) {
      const cursor = parseCursor(operation.cursor() ?? '');
      if (cursor && (!oldest || comparePositions(cursor, oldest) < 0)) oldest = cursor;
    }
    return oldest && cursorText(oldest);
  }

  stopAll(): void {
    for (const operation of this.#operations.values()) operation.stop();
    this.#operations.clear();
  }

  async #become(headers: IncomingHttpHeaders): Promise<void> {
    const { socket } = this;
    const before = this.#requester?.callerContext.caller;
    const caller = await socket.signIn(headers);
    if (before && caller.userId !== before.userId)
      throw new AppError('access-denied', 'The token is of another user', {
        hint: 'Open another socket for another user.',
      });
    const { path, ip, id: requestId } = socket;
    this.#headers = headers;
    this.#requester = {
      callerContext: callerContextOf({ caller, headers, method: 'GET', path }),
      requestId,
      client: { ip, agent: headers['user-agent'] },
      cookies: socket.cookies,
    };
  }
}

/** Numbers that a double cannot hold are kept, as those of a POST are. */
export function parseMessage(text: string): unknown {
  return parseRequestJson(text);
}
