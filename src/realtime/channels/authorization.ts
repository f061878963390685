/**
 * What a caller may do in a private channel, as the policies on realtime.messages say: reading is tried on rows that are never kept,
 * writing by an insertion that is undone.
 */
import { type Caller, createCaller } from '../../caller.ts';
import type { CallerRequest, CallerRunner, CallerStatement } from '../../database/as-caller.ts';
import type { CallerContext } from '../../database/context-statement.ts';
import { AppError } from '../../errors.ts';
import type { Topic } from './topic.ts';

export type Extension = 'broadcast' | 'presence';

export interface AuthorizationInput {
  readonly runner: CallerRunner;
  /** The role that row security does not hold. */
  readonly serviceRole: string;
}

const COLUMNS = 'insert into realtime.messages (topic, extension, private, event, payload)';
const PROBE = `${COLUMNS} values ($1, 'broadcast', true, null, null), ($1, 'presence', true, null, null)`;
const READ = 'select distinct extension from realtime.messages where topic = $1';
const WRITE = `${COLUMNS} values ($1, $2, true, null, null)`;

/** Of one caller in one channel. Answers are kept: another token takes another one of these. */
export class Authorization {
  readonly #input: AuthorizationInput;
  readonly #topic: Topic;
  readonly #context: CallerContext;
  readonly #writable = new Map<Extension, Promise<boolean>>();
  #readable: Promise<ReadonlySet<Extension>> | undefined;

  constructor(input: AuthorizationInput, topic: Topic, context: CallerContext) {
    this.#input = input;
    this.#topic = topic;
    this.#context = { ...context, settings: settingsOf(context.caller, topic) };
  }

  /** What of the channel may be received. Rejects where it cannot be found out. */
  readable(): Promise<ReadonlySet<Extension>> {
    if (!this.#topic.isPrivate) return Promise.resolve(new Set<Extension>(['broadcast', 'presence']));
    this.#readable ??= this.#askToRead().catch((error: unknown) => {
      this.#readable = undefined;
      throw error;
    });
    return this.#readable;
  }

  mayWrite(extension: Extension): Promise<boolean> {
    if (!this.#topic.isPrivate) return Promise.resolve(true);
    const known = this.#writable.get(extension);
    if (known) return known;
    const asked = this.#askToWrite(extension).catch((error: unknown) => {
      this.#writable.delete(extension);
      throw error;
    });
    this.#writable.set(extension, asked);
    return asked;
  }

  async #askToRead(): Promise<ReadonlySet<Extension>> {
    const service = createCaller('service', this.#input.serviceRole);
    const { name } = this.#topic;
    const probe: CallerRequest = {
      context: { ...this.#context, caller: service },
      statements: [statement(PROBE, [name], service)],
      readOnly: false,
    };
    const read: CallerRequest = {
      context: this.#context,
      statements: [statement(READ, [name], this.#context.caller)],
      readOnly: false,
    };
    try {
      const results = await this.#input.runner.runAll([probe, read], 'rollback');
      return new Set((results[1]?.[0] ?? []).map(([extension]) => extension as Extension));
    } catch (error) {
      if (isRefusal(error)) return new Set();
      throw error;
    }
  }

  async #askToWrite(extension: Extension): Promise<boolean> {
    const { caller } = this.#context;
    const statements = [statement(WRITE, [this.#topic.name, extension], caller)];
    try {
      await this.#input.runner.runAll([{ context: this.#context, statements, readOnly: false }], 'rollback');
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }
}

function statement(text: string, values: string[], { role }: Caller): CallerStatement {
  return {
    text,
    name: `channel ${text === PROBE ? 'probe' : text === READ ? 'read' : 'write'} ${role}`,
    values,
    runsUserCode: true,
    mayChangeSession: true,
  };
}

/** What policies may look at, beside what every request has. */
function settingsOf({ role, userId }: Caller, { name }: Topic): [string, string][] {
  return [
    ['realtime.topic', name],
    ['request.jwt.claim.sub', userId ?? ''],
    ['request.jwt.claim.role', role],
  ];
}

/** Whatever a policy refuses or fails at is not allowed; only where the database could not be asked nothing is known. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.status < 500;
}
