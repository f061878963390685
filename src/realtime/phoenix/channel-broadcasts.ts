/** Broadcasts of one joined channel: what its client sends, and what it gets. */
import { type Body, bodySize, Message } from '../channels/message.ts';
import type { Rate } from '../channels/rate.ts';
import { MAX_EVENT_BYTES } from '../channels/topic.ts';
import type { PhoenixChannel } from './channel.ts';
import { BinaryBroadcast, type Push } from './frames.ts';
import { isRecord } from './record.ts';

export class ChannelBroadcasts {
  readonly #channel: PhoenixChannel;
  readonly #rate: Rate;

  constructor(channel: PhoenixChannel, rate: Rate) {
    this.#channel = channel;
    this.#rate = rate;
  }

  /** What is to be sent once the channel is joined. */
  async begin(): Promise<void> {
    const { input, wish, name } = this.#channel;
    const { replay, broadcast } = wish;
    const heard = input.service.hearDatabase();
    heard.then(
      () => {
        if (broadcast.replicationReady)
          this.#channel.system('system', 'ok', 'Replication connection established');
      },
      () => undefined,
    );
    if (replay === undefined || replay === 'bad') return;
    for (const message of await input.service.replay(name.name, replay)) this.deliver(message);
  }

  deliver(message: Message): void {
    const { connection, topic, isOver } = this.#channel;
    if (isOver || !this.#channel.caller.mayRead('broadcast')) return;
    const { serializer } = connection;
    const frame = message.as(serializer.version, () => serializer.broadcast(topic, message));
    if (frame) connection.frame(frame);
  }

  async #send(push: Push, message: Message): Promise<void> {
    const channel = this.#channel;
    const { wish, input, name } = channel;
    // A broadcast that a policy refuses is dropped without a word.
    if (!(await channel.caller.mayWrite('broadcast')) || channel.isOver) return;
    input.service.channels.broadcast(name, message, wish.broadcast.self ? undefined : channel);
    if (wish.broadcast.ack) channel.reply(push, 'ok');
  }

  take(push: Push): Promise<void> | undefined {
    const channel = this.#channel;
    const { input, wish } = channel;
    if (!this.#rate.take()) {
      channel.expel('Too many messages per second');
      return undefined;
    }
    const given = read(push.payload);
    const { broadcastBytes } = input.service.limits;
    if (!given || bodySize(given.body) > broadcastBytes) {
      const reason = given
        ? `Payload size exceeds limit: a broadcast may have ${broadcastBytes} bytes`
        : 'A broadcast needs an event';
      if (wish.broadcast.ack) channel.reply(push, 'error', { reason });
      return undefined;
    }
    return this.#send(push, new Message(given.event, given.body));
  }
}

function read(payload: unknown): { event: string; body: Body } | undefined {
  if (payload instanceof BinaryBroadcast) return payload;
  if (!isRecord(payload)) return undefined;
  const { event } = payload;
  if (typeof event !== 'string' || Buffer.byteLength(event) > MAX_EVENT_BYTES) return undefined;
  return { event, body: { json: JSON.stringify(payload.payload ?? {}) } };
}
