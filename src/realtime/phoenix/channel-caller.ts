/** Who a joined channel is of, and what that allows: judged when it joins, with every other token, and for as long as it lasts. */
import { callerContextOf } from '../../database/caller-context.ts';
import { AppError } from '../../errors.ts';
import type { Authorization, Extension } from '../channels/authorization.ts';
import type { PhoenixChannel } from './channel.ts';
import { assertComplete, isToken, reasonOf, tokenHeaders } from './credentials.ts';
import { isRecord } from './record.ts';

/** What is said to a client that must go, in the words that clients of Supabase know. */
export class Refusal extends Error {}

export class ChannelCaller {
  readonly #channel: PhoenixChannel;
  #token: string | undefined;
  #authorization: Authorization | undefined;
  #readable: ReadonlySet<Extension> = new Set();
  #endWatch: (() => void) | undefined;

  constructor(channel: PhoenixChannel) {
    this.#channel = channel;
  }

  mayRead(extension: Extension): boolean {
    return this.#readable.has(extension);
  }

  async mayWrite(extension: Extension): Promise<boolean> {
    return (await this.#authorization?.mayWrite(extension)) ?? false;
  }

  /** Signs in, and finds out what may be read. Throws AppError or Refusal. */
  async become(token: string | undefined): Promise<void> {
    const { connection, name, input } = this.#channel;
    const headers = tokenHeaders(connection.headers, token);
    const { caller, leave } = await connection.socket.signInPart(headers, (error) => this.#refused(error));
    const { path } = connection.socket;
    const context = callerContextOf({ caller, headers: connection.headers, method: 'GET', path });
    const authorization = input.service.authorization(name, context);
    let readable: ReadonlySet<Extension>;
    try {
      assertComplete(token);
      readable = await authorization.readable();
      if (!readable.has('broadcast')) throw new Refusal(this.#unreadable());
    } catch (error) {
      leave();
      throw error;
    }
    if (this.#channel.isOver) {
      leave();
      return;
    }
    this.#endWatch?.();
    this.#endWatch = leave;
    this.#authorization = authorization;
    this.#readable = readable;
    this.#token = token;
    this.#channel.follow(context);
  }

  /** Another token, as clients send it. What is none, or the same, means nothing. */
  async renew(payload: unknown): Promise<void> {
    const token = isRecord(payload) ? payload.access_token : undefined;
    if (typeof token !== 'string' || !isToken(token) || token === this.#token) return;
    try {
      await this.become(token);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      this.#channel.expel(reasonOf(error, token));
    }
  }

  leave(): void {
    this.#endWatch?.();
  }

  #refused(error: AppError): void {
    const isStop = error.code === 'server-stopping';
    this.#channel.expel(isStop ? error.message : reasonOf(error, this.#token));
  }

  #unreadable(): string {
    const before = this.#authorization ? 'You no longer have permission' : 'You do not have permissions';
    return `${before} to read from this Channel topic: ${this.#channel.name.name}`;
  }
}
