/** What every door to channels uses: joining, sending, asking who may, and replaying. */
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Config } from '../../config.ts';
import type { CallerRunner } from '../../database/as-caller.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import type { Observe } from '../../observation.ts';
import type { ChangeFeed } from '../feed.ts';
import type { Hub } from '../hub/hub.ts';
import { Authorization } from './authorization.ts';
import { Channels } from './channels.ts';
import type { Listening } from './listening.ts';
import { type Body, bodySize, Message } from './message.ts';
import { Rate } from './rate.ts';
import { followStoredMessages, type ReplayWish, removeOldMessages, replay } from './stored-messages.ts';
import { assertName, type Topic } from './topic.ts';

export interface ChannelServiceInput {
  readonly limits: Config['realtime']['channels'];
  readonly hub: Hub;
  readonly pool: Pool;
  readonly runner: CallerRunner;
  readonly serviceRole: string;
  /** What the database tells, and how to make it begin; undefined where it cannot. */
  readonly changes: { readonly feed: ChangeFeed; begin(): Promise<void> } | undefined;
  readonly observe: Observe;
}

/** A broadcast that does not come from a member of the channel. */
export interface Sending {
  readonly topic: Topic;
  readonly event: string;
  readonly body: Body;
  readonly id?: string | undefined;
}

const CLEAN_UP_EVERY_MS = 10 * 60_000;
const MAX_SENDERS = 10_000;

export class ChannelService {
  readonly #input: ChannelServiceInput;
  readonly channels: Channels;
  /** Subscribers that take events one after the other, by their id. */
  readonly listenings = new Map<string, Listening>();
  readonly #senders = new LRUCache<string, Rate>({ max: MAX_SENDERS });
  readonly #cleanUp: NodeJS.Timeout;
  #following: Promise<() => void> | undefined;
  #begun: Promise<void> | undefined;

  constructor(input: ChannelServiceInput) {
    this.#input = input;
    this.channels = new Channels(input.hub);
    const { pool, limits, observe } = input;
    this.#cleanUp = setInterval(() => {
      removeOldMessages(pool, limits.keepHours).catch((error: unknown) =>
        observe({ type: 'unexpected-error', error, where: 'removing old broadcasts' }),
      );
    }, CLEAN_UP_EVERY_MS);
    this.#cleanUp.unref();
  }

  get limits(): Config['realtime']['channels'] {
    return this.#input.limits;
  }

  authorization(topic: Topic, context: CallerContext): Authorization {
    const { runner, serviceRole } = this.#input;
    return new Authorization({ runner, serviceRole }, topic, context);
  }

  /** What the database sends arrives from here on. Rejects where it cannot; then channels work without that. */
  hearDatabase(): Promise<void> {
    const { changes, pool, observe } = this.#input;
    if (!changes)
      return Promise.reject(new AppError('changes-unavailable', 'the database cannot tell of changes'));
    this.#following ??= followStoredMessages(pool, changes.feed, (room, message) =>
      this.channels.deliver(room, message),
    );
    this.#begun ??= Promise.all([this.#following, changes.begin()]).then(
      () => undefined,
      (error: unknown) => {
        observe({ type: 'capture-failed', error });
        this.#begun = undefined;
        throw error;
      },
    );
    return this.#begun;
  }

  replay(topic: string, wish: ReplayWish): Promise<Message[]> {
    return replay(this.#input.pool, topic, wish);
  }

  /** Counted by user, else by address. Throws AppError beyond the limit. Returns what is left. */
  count(context: CallerContext, ip: string, sendings: number): number {
    const { caller } = context;
    // The service speaks for many.
    if (caller.kind === 'service') return this.limits.requestsPerSecond;
    const sender = caller.userId ?? `\0${ip}`;
    const rate = this.#senders.get(sender) ?? new Rate(this.limits.requestsPerSecond);
    this.#senders.set(sender, rate);
    for (let one = 0; one < sendings; one += 1)
      if (!rate.take())
        throw new AppError('too-many-broadcasts', 'Too many requests', {
          hint: `realtime.channels.requestsPerSecond is ${this.limits.requestsPerSecond}.`,
        });
    return rate.left;
  }

  /** Throws AppError where the sending is none. */
  check({ topic, event, body }: Sending): void {
    assertName('topic', topic.name);
    assertName('event', event);
    const { broadcastBytes } = this.limits;
    if (bodySize(body) > broadcastBytes)
      throw new AppError('payload-too-large', `a broadcast may have ${broadcastBytes} bytes`, {
        hint: 'Send less, or raise realtime.channels.broadcastBytes.',
      });
  }

  /** Whether it was sent: private channels take only what a policy allows. Throws AppError. */
  async send(context: CallerContext, sending: Sending): Promise<boolean> {
    this.check(sending);
    const { topic, event, body, id } = sending;
    if (!(await this.authorization(topic, context).mayWrite('broadcast'))) return false;
    this.channels.broadcast(topic, new Message(event, body, id === undefined ? undefined : { id }));
    return true;
  }

  async close(): Promise<void> {
    clearInterval(this.#cleanUp);
    this.channels.close();
    (await this.#following?.catch(() => undefined))?.();
    await this.#input.hub.close();
  }
}
