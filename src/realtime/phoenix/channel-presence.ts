/** Presence of one joined channel: what its client says of itself, and what it is told of all. */
import { randomUUID } from 'node:crypto';
import type { PresenceDiff } from '../channels/presence.ts';
import { Rate } from '../channels/rate.ts';
import { roomOf } from '../channels/topic.ts';
import type { PhoenixChannel } from './channel.ts';
import type { Push } from './frames.ts';
import { isRecord } from './record.ts';

export class ChannelPresence {
  readonly #channel: PhoenixChannel;
  readonly #rate: Rate;
  readonly #key: string;
  #isTold = false;
  #ref: string | undefined;

  constructor(channel: PhoenixChannel) {
    this.#channel = channel;
    const { presenceCalls, presenceWindowSeconds } = channel.input.service.limits;
    this.#rate = new Rate(presenceCalls, presenceWindowSeconds * 1000);
    this.#key = channel.wish.presence.key || randomUUID();
  }

  get #room(): string {
    return roomOf(this.#channel.name);
  }

  begin(): void {
    if (this.#channel.wish.presence.enabled) this.#tellState();
  }

  tell(diff: PresenceDiff): void {
    if (!this.#isTold || this.#channel.isOver || !this.#channel.mayRead('presence')) return;
    const { connection, topic } = this.#channel;
    const data = diff.as(connection.serializer.version, () => {
      const { joins, leaves } = diff;
      const payload = JSON.stringify({ joins, leaves });
      return Buffer.from(connection.serializer.write(null, null, topic, 'presence_diff', payload));
    });
    connection.frame({ data, isBinary: false });
  }

  take(push: Push): Promise<void> | undefined {
    const channel = this.#channel;
    const { payload } = push;
    if (!this.#rate.take()) {
      channel.expel('Client presence rate limit exceeded');
      return undefined;
    }
    if (!isRecord(payload)) {
      channel.reply(push, 'error', { reason: 'A presence is an object' });
      return undefined;
    }
    const { event, payload: given = {} } = payload;
    const kind = String(event).toLowerCase();
    if (kind === 'untrack') {
      this.#untrack();
      channel.reply(push, 'ok');
      return undefined;
    }
    if (kind !== 'track' || !isRecord(given)) {
      channel.reply(push, 'error', {
        reason:
          kind === 'track'
            ? 'The payload of a presence must be an object'
            : `Unknown presence event: ${kind.slice(0, 100)}`,
      });
      return undefined;
    }
    if (Buffer.byteLength(JSON.stringify(given)) > channel.input.service.limits.presenceBytes) {
      channel.expel('Track message size exceeded');
      return undefined;
    }
    return this.#track(push, given);
  }

  leave(): void {
    this.#untrack();
  }

  async #track(push: Push, payload: Record<string, unknown>): Promise<void> {
    const channel = this.#channel;
    const isAllowed = (await channel.authorization?.mayWrite('presence')) ?? false;
    if (channel.isOver) return;
    if (!isAllowed)
      return channel.reply(push, 'error', {
        reason: 'Unauthorized: You do not have permissions to write presence',
      });
    this.#ref = channel.input.service.channels.presences.track(this.#room, this.#key, payload, this.#ref);
    channel.reply(push, 'ok');
    if (!this.#isTold) this.#tellState();
  }

  #untrack(): void {
    if (this.#ref !== undefined)
      this.#channel.input.service.channels.presences.untrack(this.#room, this.#ref);
    this.#ref = undefined;
  }

  #tellState(): void {
    const channel = this.#channel;
    if (!channel.mayRead('presence')) return;
    const state = channel.input.service.channels.presences.state(this.#room);
    this.#isTold = true;
    channel.push('presence_state', JSON.stringify(state));
  }
}
