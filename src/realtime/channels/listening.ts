/** A subscriber that takes the events of a channel one after the other: what happens there, from the moment it has joined. */
import { randomUUID } from 'node:crypto';
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import type { Authorization, Extension } from './authorization.ts';
import type { ChannelService } from './channel-service.ts';
import type { Member } from './channels.ts';
import type { Message } from './message.ts';
import { OwnPresence } from './own-presence.ts';
import type { PresenceDiff, PresenceEntry } from './presence.ts';
import { assertName, roomOf, type Topic } from './topic.ts';

export type ChannelEvent =
  | { readonly kind: 'JOINED'; readonly subscription: string; readonly joins: readonly PresenceEntry[] }
  | { readonly kind: 'BROADCAST'; readonly message: Message }
  | {
      readonly kind: 'PRESENCE';
      readonly joins: readonly PresenceEntry[];
      readonly leaves: readonly PresenceEntry[];
    };

export interface ListeningWish {
  readonly topic: Topic;
  readonly presenceKey: string;
  /** What it says of itself from the start. */
  readonly presence: Readonly<Record<string, unknown>> | undefined;
}

/** Events that nobody has taken; more end it. */
const MAX_WAITING = 1_000;

export class Listening implements Member, AsyncIterableIterator<ChannelEvent> {
  /** Names it for those that change its presence; nobody can guess it. */
  readonly id = randomUUID();
  readonly presence: OwnPresence;
  readonly #service: ChannelService;
  readonly #topic: Topic;
  #context: CallerContext;
  #authorization: Authorization;
  #readable: ReadonlySet<Extension> = new Set();
  #leave: (() => void) | undefined;
  #events: ChannelEvent[] = [];
  #taker: { resolve(next: IteratorResult<ChannelEvent>): void; reject(error: unknown): void } | undefined;
  #error: unknown;
  #isOver = false;

  private constructor(
    service: ChannelService,
    { topic, presenceKey }: ListeningWish,
    context: CallerContext,
  ) {
    this.#service = service;
    this.#topic = topic;
    this.#context = context;
    this.#authorization = service.authorization(topic, context);
    this.presence = new OwnPresence({
      limits: service.limits,
      presences: service.channels.presences,
      topic,
      key: presenceKey,
      mayWrite: () => this.#authorization.mayWrite('presence'),
    });
  }

  /** Throws AppError where the channel may not be read, or the presence not be written. */
  static async begin(
    service: ChannelService,
    wish: ListeningWish,
    context: CallerContext,
  ): Promise<Listening> {
    assertName('topic', wish.topic.name);
    const listening = new Listening(service, wish, context);
    await listening.#become(context);
    if (wish.presence) await listening.presence.track(wish.presence);
    listening.#join();
    return listening;
  }

  isOf({ caller }: CallerContext): boolean {
    const own = this.#context.caller;
    return own.userId === caller.userId && own.role === caller.role;
  }

  /** Another token: what may be read is asked anew. */
  renew(context: CallerContext): void {
    this.#become(context).catch((error: unknown) => this.#end(error));
  }

  deliver(message: Message): void {
    if (this.#readable.has('broadcast')) this.#put({ kind: 'BROADCAST', message });
  }

  presenceChanged({ joined, left }: PresenceDiff): void {
    if (this.#readable.has('presence')) this.#put({ kind: 'PRESENCE', joins: joined, leaves: left });
  }

  next(): Promise<IteratorResult<ChannelEvent>> {
    const event = this.#events.shift();
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<ChannelEvent>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #become(context: CallerContext): Promise<void> {
    const authorization = this.#service.authorization(this.#topic, context);
    const readable = await authorization.readable();
    if (!readable.has('broadcast'))
      throw new AppError(
        'permission-error',
        `You do not have permissions to read from this channel: ${this.#topic.name}`,
        { hint: 'A policy for select on realtime.messages allows it.' },
      );
    this.#context = context;
    this.#authorization = authorization;
    this.#readable = readable;
  }

  #join(): void {
    const { channels } = this.#service;
    const joins = this.#readable.has('presence') ? channels.presences.entries(roomOf(this.#topic)) : [];
    this.#put({ kind: 'JOINED', subscription: this.id, joins });
    this.#leave = channels.join(this.#topic, this);
    this.#service.listenings.set(this.id, this);
    this.#service.hearDatabase().catch(() => undefined);
  }

  #put(event: ChannelEvent): void {
    if (this.#isOver) return;
    if (this.#taker) {
      this.#taker.resolve({ done: false, value: event });
      this.#taker = undefined;
    } else if (this.#events.push(event) > MAX_WAITING) {
      this.#events = [];
      this.#end(new AppError('limit-exceeded', 'too many events wait: read faster, and subscribe anew'));
    }
  }

  #end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#leave?.();
    this.presence.end();
    this.#service.listenings.delete(this.id);
    if (error === undefined) this.#taker?.resolve({ done: true, value: undefined });
    else this.#taker?.reject(error);
    this.#taker = undefined;
  }
}
