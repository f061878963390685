/** GraphQL over SSE, one operation per connection ("distinct connections mode"): answers as events, until the client hangs up. */

import type { GraphQLError } from 'graphql';
import { withoutAnswer } from '../auth/session-cookies.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Observe } from '../observation.ts';
import { toGraphqlError } from './errors.ts';
import { errorsText, type GraphqlRequest } from './execute.ts';
import type { Operate, OperationSink, RunningOperation } from './operate.ts';
import { requesterOf } from './requester.ts';

export interface EventStreamsInput {
  readonly operate: Operate;
  /** Those of sockets hold here as well: how many, from one address, and how much may wait for a client that does not read. */
  readonly limits: Pick<
    Config['server']['sockets'],
    'maximum' | 'perAddress' | 'keepAliveMs' | 'bufferedBytes'
  >;
  readonly observe: Observe;
}

/** Throws AppError where there are too many already. */
export type ReplyWithEvents = (exchange: Exchange, request: GraphqlRequest) => Reply;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Proxies that collect answers would hold events back.
  'x-accel-buffering': 'no',
};
/** Says nothing: it brings the head of the answer on its way, and keeps proxies from hanging up. */
const COMMENT = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

/** Clients that can read several forms name the one they want first. */
export function wantsEvents({ headers: { accept } }: Pick<Exchange, 'headers'>): boolean {
  return /^\s*text\/event-stream\b/i.test(accept ?? '');
}

export function createEventStreams({ operate, limits, observe }: EventStreamsInput): ReplyWithEvents {
  const open = new Set<Events>();
  const perAddress = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function closed(events: Events, ip: string): void {
    open.delete(events);
    const left = (perAddress.get(ip) ?? 1) - 1;
    if (left === 0) perAddress.delete(ip);
    else perAddress.set(ip, left);
    if (open.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return (exchange, request) => {
    const { ip, requestId } = exchange;
    const ofAddress = perAddress.get(ip) ?? 0;
    if (open.size >= limits.maximum || ofAddress >= limits.perAddress)
      throw new AppError('too-many-connections', 'There are too many open event streams', {
        hint: 'Close those that are not needed, or open one WebSocket for many subscriptions.',
      });
    perAddress.set(ip, ofAddress + 1);
    const events = new Events(exchange, limits.bufferedBytes, () => closed(events, ip));
    open.add(events);
    timer ??= setInterval(() => {
      for (const one of open) one.put(COMMENT);
    }, limits.keepAliveMs).unref();
    const unwatch = exchange.keepJudging((error) => {
      if (error.code === 'server-stopping') events.complete();
      else events.error([toGraphqlError(error, requestId, observe)]);
    });
    // The head goes out before anything is done.
    const cookies = exchange.cookies && withoutAnswer(exchange.cookies);
    const requester = { ...requesterOf(exchange), cookies };
    events.follow(operate(request, requester, events), unwatch);
    return { status: 200, headers: HEADERS, body: events };
  };
}

/** Events that wait to be written: the reply takes them as fast as the client reads. */
class Events implements OperationSink, AsyncIterable<string> {
  readonly #exchange: Exchange;
  readonly #limit: number;
  readonly #closed: () => void;
  #waiting: string[] = [COMMENT];
  #bytes = 0;
  #isOver = false;
  #wake: (() => void) | undefined;
  #operation: RunningOperation | undefined;
  #unwatch: (() => void) | undefined;

  constructor(exchange: Exchange, limit: number, closed: () => void) {
    this.#exchange = exchange;
    this.#limit = limit;
    this.#closed = closed;
    exchange.outgoing.once('close', () => this.#end());
  }

  follow(operation: RunningOperation, unwatch: () => void): void {
    this.#operation = operation;
    this.#unwatch = unwatch;
    if (this.#isOver) this.#let();
  }

  next(text: string): void {
    this.put(`event: next\ndata: ${text}\n\n`);
  }

  error(errors: readonly GraphQLError[]): void {
    this.next(`{"errors":${errorsText(errors)}}`);
    this.complete();
  }

  complete(): void {
    this.put(COMPLETE);
    this.#end();
  }

  put(event: string): void {
    if (this.#isOver) return;
    this.#waiting.push(event);
    this.#bytes += event.length;
    if (this.#bytes > this.#limit) this.#exchange.outgoing.destroy();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const text = this.#waiting.join('');
      this.#waiting = [];
      this.#bytes = 0;
      if (text !== '') yield text;
      else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#let();
    this.#closed();
    this.#wake?.();
  }

  #let(): void {
    this.#operation?.stop();
    this.#unwatch?.();
  }
}
