/** Presence of one joined channel: what its client says of itself, and what it is told of all. */
import { AppError } from '../../errors.ts';
import { OwnPresence } from '../channels/own-presence.ts';
import type { PresenceDiff } from '../channels/presence.ts';
import { roomOf } from '../channels/topic.ts';
import type { PhoenixChannel } from './channel.ts';
import type { Push } from './frames.ts';
import { isRecord } from './record.ts';

export class ChannelPresence {
  readonly #channel: PhoenixChannel;
  readonly #own: OwnPresence;
  #isTold = false;

  constructor(channel: PhoenixChannel) {
    this.#channel = channel;
    this.#own = new OwnPresence({
      limits: channel.input.service.limits,
      presences: channel.input.service.channels.presences,
      topic: channel.name,
      key: channel.wish.presence.key,
      mayWrite: () => channel.caller.mayWrite('presence'),
    });
  }

  get #room(): string {
    return roomOf(this.#channel.name);
  }

  begin(): void {
    if (this.#channel.wish.presence.enabled) this.#tellState();
  }

  tell(diff: PresenceDiff): void {
    if (!this.#isTold || this.#channel.isOver || !this.#channel.caller.mayRead('presence')) return;
    const { connection, topic } = this.#channel;
    const data = diff.as(connection.serializer.version, () => {
      const { joins, leaves } = diff;
      const payload = JSON.stringify({ joins, leaves });
      return Buffer.from(connection.serializer.write(null, null, topic, 'presence_diff', payload));
    });
    connection.frame({ data, isBinary: false });
  }

  async take(push: Push): Promise<void> {
    const channel = this.#channel;
    try {
      this.#own.count();
      const problem = await this.#obey(push.payload);
      if (problem !== undefined) channel.reply(push, 'error', { reason: problem });
      else channel.reply(push, 'ok');
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      if (error.code === 'permission-error')
        channel.reply(push, 'error', { reason: `Unauthorized: ${error.message}` });
      else channel.expel(error.message);
      return;
    }
    if (!this.#isTold && !channel.isOver) this.#tellState();
  }

  leave(): void {
    this.#own.end();
  }

  /** Returns what is wrong with what the client asks for. Throws AppError. */
  async #obey(payload: unknown): Promise<string | undefined> {
    if (!isRecord(payload)) return 'A presence is an object';
    const { event, payload: given = {} } = payload;
    const kind = String(event).toLowerCase();
    if (kind === 'untrack') this.#own.untrack();
    else if (kind !== 'track') return `Unknown presence event: ${kind.slice(0, 100)}`;
    else if (!isRecord(given)) return 'The payload of a presence must be an object';
    else await this.#own.track(given);
    return undefined;
  }

  #tellState(): void {
    const channel = this.#channel;
    if (!channel.caller.mayRead('presence')) return;
    const state = channel.input.service.channels.presences.state(this.#room);
    this.#isTold = true;
    channel.push('presence_state', JSON.stringify(state));
  }
}
