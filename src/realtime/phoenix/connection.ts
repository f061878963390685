/** One WebSocket of Supabase's clients: reads its messages and hands them to its channels. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket, SocketHandler } from '../../socket.ts';
import { Rate } from '../channels/rate.ts';
import { PhoenixChannel, type PhoenixInput } from './channel.ts';
import { connectionHeaders } from './credentials.ts';
import { type Frame, type Push, readBinaryPush, type Serializer } from './frames.ts';

const HEARTBEAT_TOPIC = 'phoenix';
const TOPIC_PREFIX = 'realtime:';
const UNREADABLE = 1007;
const POLICY = 1008;

export class Connection implements SocketHandler {
  readonly isReady = true;
  readonly headers: IncomingHttpHeaders;
  readonly #socket: Socket;
  readonly #input: PhoenixInput;
  readonly #serializer: Serializer;
  readonly #channels = new Map<string, PhoenixChannel>();
  readonly #joins: Rate;

  constructor(socket: Socket, input: PhoenixInput, serializer: Serializer) {
    this.#socket = socket;
    this.#input = input;
    this.#serializer = serializer;
    this.headers = connectionHeaders(socket);
    this.#joins = new Rate(input.service.limits.joinsPerSecond);
  }

  get socket(): Socket {
    return this.#socket;
  }

  get serializer(): Serializer {
    return this.#serializer;
  }

  message(text: string): void {
    let push: Push;
    try {
      push = this.#serializer.read(text);
    } catch {
      this.#unreadable();
      return;
    }
    this.#take(push);
  }

  bytes(bytes: Buffer): void {
    let push: Push;
    try {
      if (this.#serializer.version === '1.0.0') throw new Error('there are no bytes in this version');
      push = readBinaryPush(bytes);
    } catch {
      this.#unreadable();
      return;
    }
    this.#take(push);
  }

  closed(): void {
    for (const channel of this.#channels.values()) channel.leave();
    this.#channels.clear();
  }

  /** `payload` is JSON. */
  push(joinRef: string | null, ref: string | null, topic: string, event: string, payload: string): void {
    this.#socket.send(this.#serializer.write(joinRef, ref, topic, event, payload));
  }

  reply(
    { joinRef, ref, topic }: Omit<Push, 'payload' | 'event'>,
    status: 'ok' | 'error',
    response = '{}',
  ): void {
    this.push(joinRef, ref, topic, 'phx_reply', `{"status":"${status}","response":${response}}`);
  }

  frame({ data, isBinary }: Frame): void {
    if (isBinary) this.#socket.sendBytes(data);
    else this.#socket.send(data);
  }

  /** It has ended by itself. */
  ended(channel: PhoenixChannel): void {
    if (this.#channels.get(channel.topic) === channel) this.#channels.delete(channel.topic);
  }

  #take(push: Push): void {
    const { topic, event } = push;
    if (topic === HEARTBEAT_TOPIC) {
      if (event === 'heartbeat') this.reply(push, 'ok');
      else this.#refuse(push, 'unmatched topic');
    } else if (event === 'phx_join') this.#join(push);
    else {
      const channel = this.#channels.get(topic);
      if (!channel) this.#refuse(push, 'unmatched topic');
      // What was sent to an instance that a rejoin has replaced is of no use any more.
      else if (push.joinRef === null || push.joinRef === channel.joinRef) channel.take(push);
    }
  }

  #join(push: Push): void {
    const { topic } = push;
    const refusal = this.#whyNotJoin(topic);
    if (refusal !== undefined) {
      this.#refuse(push, refusal);
      return;
    }
    if (!this.#joins.take()) {
      this.#refuse(push, 'ClientJoinRateLimitReached: Too many joins per second');
      this.#socket.close(POLICY, 'Too many joins per second');
      return;
    }
    this.#channels.get(topic)?.close();
    const channel = new PhoenixChannel(this, this.#input, push);
    this.#channels.set(topic, channel);
    channel.start();
  }

  #whyNotJoin(topic: string): string | undefined {
    if (!topic.startsWith(TOPIC_PREFIX)) return 'unmatched topic';
    if (topic === TOPIC_PREFIX) return 'TopicNameRequired: You must provide a topic name';
    const isFull = this.#channels.size >= this.#input.service.limits.perSocket;
    return isFull && !this.#channels.has(topic) ? 'ChannelRateLimitReached: Too many channels' : undefined;
  }

  #unreadable(): void {
    this.#socket.close(UNREADABLE, 'A message that the protocol does not have');
  }

  #refuse(push: Push, reason: string): void {
    this.reply(push, 'error', JSON.stringify({ reason }));
  }
}
