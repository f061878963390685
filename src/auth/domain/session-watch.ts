/**
 * Whether the session of a token still lives, known without a question per request: what was asked a moment ago counts,
 * and what is about to grow old is asked anew beside the request, many sessions in one question.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '../../errors.ts';
import type { Connection } from '../store/database.ts';
import { readSessionStates, type SessionState } from '../store/sessions.ts';

export interface SessionOfToken {
  readonly sessionId: string;
  readonly userId: string;
}

export interface SessionWatch {
  /** Returns at once where the state is known; throws, or rejects, where the session has ended. */
  check(session: SessionOfToken): undefined | Promise<void>;
  /** Sessions that this process ended are known to be dead at once. */
  forget(sessionIds: readonly string[]): void;
  forgetAll(): void;
}

interface Known {
  state: SessionState;
  at: number;
}

/** An ended session passes for so long at most; half of it before, the question is asked ahead. */
const TRUSTED_MS = 1_800;
const ASK_AHEAD_MS = 900;
const ENTRIES = 100_000;

export function createSessionWatch(connection: Connection, now: () => number = Date.now): SessionWatch {
  const known = new LRUCache<string, Known>({ max: ENTRIES });
  let waiting = new Map<string, SessionOfToken>();
  const asking = new Set<string>();
  let question: Promise<void> | undefined;

  return {
    check(session) {
      const found = known.get(keyOf(session));
      const age = found === undefined ? Infinity : now() - found.at;
      if (found === undefined || age >= TRUSTED_MS) return ask(session).then(() => judge(session));
      if (age >= ASK_AHEAD_MS && found.state === 'alive' && !asking.has(keyOf(session)))
        void ask(session).catch(() => undefined);
      refuse(found.state);
      return undefined;
    },
    forget(sessionIds) {
      const ended = new Set(sessionIds);
      for (const key of known.keys()) if (ended.has(key.slice(0, 36))) known.delete(key);
    },
    forgetAll: () => known.clear(),
  };

  function judge(session: SessionOfToken): void {
    refuse(known.get(keyOf(session))?.state ?? 'session_not_found');
  }

  /** Everything that is asked in one turn of the event loop travels together. */
  function ask(session: SessionOfToken): Promise<void> {
    waiting.set(keyOf(session), session);
    asking.add(keyOf(session));
    question ??= new Promise((resolve) => setImmediate(resolve)).then(answer);
    return question;
  }

  async function answer(): Promise<void> {
    const batch = waiting;
    waiting = new Map();
    question = undefined;
    const at = now();
    try {
      const states = await readSessionStates(connection, [...batch.values()]);
      [...batch.keys()].forEach((key, index) => {
        known.set(key, { state: states[index] ?? 'session_not_found', at });
      });
    } finally {
      for (const key of batch.keys()) asking.delete(key);
    }
  }
}

function keyOf({ sessionId, userId }: SessionOfToken): string {
  return `${sessionId}${userId}`;
}

function refuse(state: SessionState): void {
  if (state === 'alive') return;
  throw new AppError('invalid-jwt', 'The session of the token has ended', {
    hint: 'Sign in again.',
    reason: state,
  });
}
