/**
 * The hub over Redis' pub/sub. Nobody ever waits for Redis: what it does not take is dropped, and a Redis that is frozen counts as one
 * that is away, since the own sign of life does not come back.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Observe } from '../../observation.ts';
import type { Hub, HubHeader, HubListener } from './hub.ts';
import { readHubMessage, writeHubMessage } from './wire.ts';

export interface RedisHubInput {
  readonly url: string;
  /** What this database's processes have in common. */
  readonly channel: string;
  /** May wait for Redis. */
  readonly queueBytes: number;
  readonly observe: Observe;
}

const ALIVE_EVERY_MS = 1_000;
/** Without a sign of life for so long a process, or Redis, counts as dead. */
const DEAD_AFTER_MS = 6_000;
const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_RETRY_MS = 1_000;

export class RedisHub implements Hub {
  readonly #input: RedisHubInput;
  readonly #self = randomUUID();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #listeners: HubListener[] = [];
  readonly #heard = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #waitingBytes = 0;
  #isSubscribed = false;
  #isComplete = false;
  #echoAt = performance.now();
  #isReported = false;

  constructor(input: RedisHubInput) {
    this.#input = input;
    const options = {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (attempt: number) => Math.min(100 * attempt, LONGEST_RETRY_MS),
      autoResubscribe: false,
    };
    this.#publisher = new Redis(input.url, options);
    this.#subscriber = new Redis(input.url, options);
    this.#publisher.on('ready', () => this.#beat());
    this.#publisher.on('error', (error) => this.#report(error));
    this.#subscriber.on('ready', () => void this.#subscribe());
    this.#subscriber.on('close', () => {
      this.#isSubscribed = false;
      this.#isComplete = false;
    });
    this.#subscriber.on('error', (error) => this.#report(error));
    this.#subscriber.on('messageBuffer', (_channel, bytes: Buffer) => this.#take(bytes));
    this.#timer = setInterval(() => this.#beat(), ALIVE_EVERY_MS);
    this.#timer.unref();
  }

  listen(listener: HubListener): void {
    this.#listeners.push(listener);
    if (this.#isComplete) listener.onConnected();
  }

  send(header: HubHeader, body?: Buffer): void {
    const bytes = writeHubMessage(this.#self, header, body);
    if (this.#publisher.status !== 'ready' || this.#waitingBytes + bytes.length > this.#input.queueBytes) {
      // Others have not heard it: they are told everything anew as soon as that is possible.
      this.#isComplete = false;
      return;
    }
    this.#waitingBytes += bytes.length;
    this.#publisher
      .publish(this.#input.channel, bytes)
      .catch(() => {
        this.#isComplete = false;
      })
      .finally(() => {
        this.#waitingBytes -= bytes.length;
      });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#input.channel);
      this.#isSubscribed = true;
      this.#isReported = false;
      this.#echoAt = performance.now();
      this.#beat();
    } catch (error) {
      this.#report(error as Error);
    }
  }

  /** Says that this process lives, and looks whether the others do. */
  #beat(): void {
    const now = performance.now();
    if (this.#isSubscribed && now - this.#echoAt > DEAD_AFTER_MS) {
      this.#report(new Error('Redis does not answer'));
      this.#echoAt = now;
      this.#publisher.disconnect(true);
      this.#subscriber.disconnect(true);
      return;
    }
    if (this.#publisher.status !== 'ready') return;
    this.send({ kind: 'alive' });
    if (!this.#isComplete) return;
    for (const [process, at] of this.#heard) {
      if (now - at <= DEAD_AFTER_MS) continue;
      this.#heard.delete(process);
      for (const listener of this.#listeners) listener.onGone(process);
    }
  }

  #take(bytes: Buffer): void {
    const message = readHubMessage(bytes);
    if (!message) return;
    const { from, header, body } = message;
    if (from === this.#self) {
      if (header.kind === 'alive') this.#echo();
      return;
    }
    // A process is known from its first word on, and forgotten when it falls silent.
    this.#heard.set(from, performance.now());
    try {
      this.#hand(from, header, body);
    } catch (error) {
      // Whatever somebody writes into Redis, it must not end this process.
      this.#input.observe({ type: 'unexpected-error', error, where: 'a message of another process' });
    }
  }

  #hand(from: string, header: HubHeader, body: Buffer): void {
    if (header.kind !== 'alive')
      for (const listener of this.#listeners) listener.onMessage(from, header, body);
  }

  /** What this process says arrives, and what others say arrives here. */
  #echo(): void {
    this.#echoAt = performance.now();
    if (this.#isComplete || this.#publisher.status !== 'ready') return;
    this.#isComplete = true;
    // Whoever was silent because Redis was has time to speak.
    for (const process of this.#heard.keys()) this.#heard.set(process, this.#echoAt);
    for (const listener of this.#listeners) listener.onConnected();
  }

  #report(error: Error): void {
    if (!this.#isReported) this.#input.observe({ type: 'connection-lost', pool: 'redis hub', error });
    this.#isReported = true;
  }
}
