/**
 * Connections that outlive their request: the credentials they were opened with are judged again and again, by the same
 * authentication as every request, so that an expired token, an ended session or a revoked key ends them within seconds.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../caller.ts';
import { AppError } from '../errors.ts';

export interface Watched {
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, unknown>>;
  readonly refused: (error: AppError) => void;
  readonly caller: Caller;
  /** When the token of the caller expires, in milliseconds. */
  readonly expiresAt: number;
  judgedAt: number;
}

export interface CredentialWatch {
  /** Credentials that were found good a moment ago. */
  add(
    caller: Caller,
    headers: IncomingHttpHeaders,
    query: Readonly<Record<string, unknown>>,
    refused: (error: AppError) => void,
  ): Watched;
  remove(watched: Watched): void;
  /** Ends all, since the server stops. */
  stop(): void;
}

/** Expiry is noticed so soon, everything else a little later: sessions are asked for in the database. */
const TICK_MS = 250;
const JUDGE_EVERY_MS = 3_000;

export function createCredentialWatch(authenticate: Authenticate): CredentialWatch {
  const all = new Set<Watched>();
  const timer = setInterval(() => {
    const now = Date.now();
    for (const one of all) {
      if (now - one.judgedAt < JUDGE_EVERY_MS && now < one.expiresAt) continue;
      one.judgedAt = now;
      void judge(one);
    }
  }, TICK_MS);
  timer.unref();

  async function judge(one: Watched): Promise<void> {
    try {
      const caller = await authenticate(one.headers, one.query);
      // A key that acts for a user brings what the user is now, which an open connection does not take up.
      if (rightsOf(caller) !== rightsOf(one.caller))
        throw new AppError('invalid-api-key', 'The rights of this credential are others now: connect again');
    } catch (error) {
      // Where the database cannot be asked nobody is refused for it.
      if (!(error instanceof AppError) || error.status >= 500) return;
      if (all.delete(one)) one.refused(error);
    }
  }

  return {
    add(caller, headers, query, refused) {
      const { exp } = caller.claims;
      const expiresAt = typeof exp === 'number' ? exp * 1000 : Infinity;
      // Those that came together are not judged together.
      const judgedAt = Date.now() - Math.random() * JUDGE_EVERY_MS;
      const one = { caller, headers, query, refused, expiresAt, judgedAt };
      all.add(one);
      return one;
    },
    remove: (one) => void all.delete(one),
    stop() {
      clearInterval(timer);
      const stopping = new AppError('server-stopping', 'The server is stopping');
      for (const one of all) one.refused(stopping);
      all.clear();
    },
  };
}

/** What an administrator has given; the rest of the claims may be another at every look. */
function rightsOf({ role, scope, claims }: Caller): string {
  return JSON.stringify([role, scope?.key ?? null, claims.app_metadata ?? null]);
}
