/** What one subscriber says of itself in a channel: how often, how long, and that it ends with the subscriber. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Presences } from './presences.ts';
import { Rate } from './rate.ts';
import { roomOf, type Topic } from './topic.ts';

export interface OwnPresenceInput {
  readonly limits: Config['realtime']['channels'];
  readonly presences: Presences;
  readonly topic: Topic;
  /** Empty: one that nobody else has. */
  readonly key: string;
  readonly mayWrite: () => Promise<boolean>;
}

export class OwnPresence {
  readonly #input: OwnPresenceInput;
  readonly #rate: Rate;
  readonly #key: string;
  #ref: string | undefined;
  #isOver = false;

  constructor(input: OwnPresenceInput) {
    this.#input = input;
    const { presenceCalls, presenceWindowSeconds } = input.limits;
    this.#rate = new Rate(presenceCalls, presenceWindowSeconds * 1000);
    this.#key = input.key || randomUUID();
  }

  /** Throws AppError `too-many-presences`. */
  count(): void {
    const { presenceCalls, presenceWindowSeconds } = this.#input.limits;
    if (!this.#rate.take())
      throw new AppError('too-many-presences', 'Client presence rate limit exceeded', {
        hint: `Presence may change ${presenceCalls} times in ${presenceWindowSeconds} seconds.`,
      });
  }

  /** Throws AppError: `payload-too-large`, or `permission-error` where a policy refuses it. */
  async track(payload: Readonly<Record<string, unknown>>): Promise<void> {
    const { limits, topic, presences, mayWrite } = this.#input;
    if (Buffer.byteLength(JSON.stringify(payload)) > limits.presenceBytes)
      throw new AppError('payload-too-large', 'Track message size exceeded', {
        hint: `A presence may have ${limits.presenceBytes} bytes.`,
      });
    if (!(await mayWrite()))
      throw new AppError(
        'permission-error',
        `You do not have permissions to write presence in: ${topic.name}`,
      );
    if (!this.#isOver) this.#ref = presences.track(roomOf(topic), this.#key, payload, this.#ref);
  }

  untrack(): void {
    const { presences, topic } = this.#input;
    if (this.#ref !== undefined) presences.untrack(roomOf(topic), this.#ref);
    this.#ref = undefined;
  }

  end(): void {
    this.#isOver = true;
    this.untrack();
  }
}
