/** One channel that a client has joined: who it is, what it may do there, and what it gets. */
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import type { Observe } from '../../observation.ts';
import type { ChannelService } from '../channels/channel-service.ts';
import type { Member } from '../channels/channels.ts';
import type { Message } from '../channels/message.ts';
import type { PresenceDiff } from '../channels/presence.ts';
import { Rate } from '../channels/rate.ts';
import { assertName, type Topic } from '../channels/topic.ts';
import type { FollowChanges } from '../postgres-changes/follow.ts';
import { ChannelBroadcasts } from './channel-broadcasts.ts';
import { ChannelCaller, Refusal } from './channel-caller.ts';
import { ChannelChanges } from './channel-changes.ts';
import { ChannelPresence } from './channel-presence.ts';
import type { Connection } from './connection.ts';
import { reasonOf } from './credentials.ts';
import type { Push } from './frames.ts';
import { type JoinWish, readJoin } from './join-payload.ts';

export interface PhoenixInput {
  readonly service: ChannelService;
  readonly followChanges: FollowChanges;
  readonly observe: Observe;
}

/** Messages that wait for the database to say who may what. */
const MAX_WAITING = 100;

export class PhoenixChannel implements Member {
  readonly topic: string;
  readonly joinRef: string | null;
  readonly name: Topic;
  readonly wish: JoinWish;
  readonly connection: Connection;
  readonly input: PhoenixInput;
  readonly #join: Push;
  readonly caller: ChannelCaller;
  readonly #broadcasts: ChannelBroadcasts;
  readonly #presence: ChannelPresence;
  readonly #changes: ChannelChanges;
  #endMembership: (() => void) | undefined;
  /** What comes while something else is under way waits for it. */
  #work: Promise<void> | undefined;
  #waiting = 0;
  #isOver = false;

  constructor(connection: Connection, input: PhoenixInput, join: Push) {
    this.connection = connection;
    this.input = input;
    this.#join = join;
    this.topic = join.topic;
    this.joinRef = join.joinRef ?? join.ref;
    this.wish = readJoin(join.payload);
    this.name = { name: join.topic.slice(join.topic.indexOf(':') + 1), isPrivate: this.wish.isPrivate };
    this.caller = new ChannelCaller(this);
    this.#broadcasts = new ChannelBroadcasts(this, new Rate(input.service.limits.broadcastsPerSecond));
    this.#presence = new ChannelPresence(this);
    this.#changes = new ChannelChanges(this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    this.#do(() => this.#begin());
  }

  take(push: Push): void {
    switch (push.event) {
      case 'phx_leave':
        // What was sent before still goes out.
        this.#do(() => this.#leaveAsAsked(push));
        return;
      case 'broadcast':
        this.#do(() => this.#broadcasts.take(push));
        return;
      case 'presence':
        this.#do(() => this.#presence.take(push));
        return;
      case 'access_token':
        this.#do(() => this.caller.renew(push.payload));
        return;
      default:
        this.reply(push, 'error', { reason: `Unknown event: ${push.event}` });
    }
  }

  /** `payload` is JSON. */
  push(event: string, payload: string, ref: string | null = null): void {
    this.connection.push(this.joinRef, ref, this.topic, event, payload);
  }

  reply(push: Pick<Push, 'ref'>, status: 'ok' | 'error', response: unknown = {}): void {
    if (this.#isOver) return;
    const { topic, joinRef } = this;
    this.connection.reply({ ref: push.ref, topic, joinRef }, status, JSON.stringify(response));
  }

  system(extension: string, status: 'ok' | 'error', message: string): void {
    if (this.#isOver) return;
    this.push('system', JSON.stringify({ extension, status, message, channel: this.name.name }));
  }

  deliver(message: Message): void {
    this.#broadcasts.deliver(message);
  }

  presenceChanged(diff: PresenceDiff): void {
    this.#presence.tell(diff);
  }

  /** Changes of rows are those that this caller may see, from here on. */
  follow(context: CallerContext): void {
    this.#changes.become(context);
  }

  /** Says why, and ends it. */
  expel(message: string): void {
    if (this.#isOver) return;
    this.system('system', 'error', message);
    this.close();
  }

  close(): void {
    if (this.#isOver) return;
    this.push('phx_close', '{}', this.joinRef);
    this.leave();
    this.connection.ended(this);
  }

  /** Nothing is sent from here on. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.caller.leave();
    this.#endMembership?.();
    this.#presence.leave();
    this.#changes.stop();
  }

  #do(work: () => Promise<void> | undefined): void {
    if (this.#isOver) return;
    const run = (): Promise<void> | undefined => (this.#isOver ? undefined : work());
    if (this.#work && this.#waiting >= MAX_WAITING) {
      this.expel('Too many messages per second');
      return;
    }
    const running = this.#work ? this.#work.then(run) : run();
    if (!running) return;
    this.#waiting += 1;
    const settled = running.catch((error: unknown) => this.#failed(error));
    this.#work = settled;
    void settled.then(() => {
      this.#waiting -= 1;
      if (this.#work === settled) this.#work = undefined;
    });
  }

  #failed(error: unknown): void {
    if (error instanceof Refusal) {
      this.expel(error.message);
      return;
    }
    const { observe } = this.input;
    if (!(error instanceof AppError))
      observe({
        type: 'unexpected-error',
        requestId: this.connection.socket.id,
        error,
        where: 'a channel',
      });
    this.expel('Something went wrong on our side: join again');
  }

  #leaveAsAsked(push: Push): undefined {
    this.reply(push, 'ok');
    this.close();
  }

  async #begin(): Promise<void> {
    const { service } = this.input;
    const { wish } = this;
    try {
      assertName('topic', this.name.name);
      await this.caller.become(wish.accessToken);
    } catch (error) {
      return this.#refuse(reasonOfJoin(error, wish.accessToken), error);
    }
    if (wish.replay !== undefined && (wish.replay === 'bad' || !wish.isPrivate))
      return this.#refuse(
        `UnableToReplayMessages: ${wish.isPrivate ? 'Replay params are not valid' : 'Replay is only available for private channels'}`,
      );
    if (this.#isOver) return;
    this.#endMembership = service.channels.join(this.name, this);
    const bindings = this.#changes.bindings();
    this.reply(this.#join, 'ok', { postgres_changes: bindings });
    this.#presence.begin();
    await this.#broadcasts.begin();
    this.#changes.start();
  }

  #refuse(reason: string, error?: unknown): void {
    if (error !== undefined && !(error instanceof AppError) && !(error instanceof Refusal))
      this.input.observe({
        type: 'unexpected-error',
        requestId: this.connection.socket.id,
        error,
        where: 'a join',
      });
    this.reply(this.#join, 'error', { reason });
    this.leave();
    this.connection.ended(this);
  }
}

function reasonOfJoin(error: unknown, token: string | undefined): string {
  if (error instanceof Refusal) return `Unauthorized: ${error.message}`;
  if (!(error instanceof AppError)) return 'UnknownErrorOnChannel: Something went wrong on our side';
  if (error.code === 'validation-failed') return `InvalidTopic: ${error.message}`;
  return error.status < 500
    ? reasonOf(error, token)
    : 'UnableToCheckPermissions: The database could not be asked: try again';
}
