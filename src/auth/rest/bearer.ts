/** Who calls: a user with their session, or an administrator. A bad token is told apart the way clients expect. */
import type { AppError } from '../../errors.ts';
import { authError } from '../errors.ts';
import type { SessionState } from '../store/sessions.ts';
import { findUser, type User } from '../store/users.ts';
import type { Call } from './call.ts';

export interface Bearer {
  readonly userId: string;
  readonly sessionId: string | undefined;
  readonly aal: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The user's token, without asking the database. */
export function requireBearer({ exchange }: Call): Bearer {
  const { caller, credentialError, headers } = exchange;
  if (headers.authorization === undefined) throw authError('no_authorization');
  if (credentialError !== undefined) throw badToken(credentialError);
  const { sub, session_id: sessionId, aal } = caller.claims;
  if (typeof sub !== 'string' || sub === '') throw authError('bad_jwt', 'invalid claim: missing sub claim');
  if (!UUID.test(sub)) throw authError('bad_jwt', 'invalid claim: sub claim must be a UUID');
  return {
    userId: sub,
    sessionId: typeof sessionId === 'string' && UUID.test(sessionId) ? sessionId : undefined,
    aal: typeof aal === 'string' ? aal : 'aal1',
    claims: caller.claims,
  };
}

export async function requireUser(call: Call): Promise<Bearer & { user: User }> {
  const bearer = requireBearer(call);
  const user = await findUser(call.auth.database, bearer.userId);
  if (user === undefined || user.deletedAt !== null) throw GONE.user_not_found();
  return { ...bearer, user };
}

/** The service key, as a bearer or as the apikey. */
export function requireAdmin({ exchange }: Call): void {
  const { caller, credentialError } = exchange;
  if (credentialError !== undefined) throw badToken(credentialError);
  if (caller.kind === 'service') return;
  if (exchange.headers.authorization === undefined) throw authError('no_authorization');
  throw authError('not_admin');
}

/** For calls that need nobody in particular: a wrong key is still wrong, a stale token is passed over. */
export function allowAnybody({ exchange }: Call): void {
  const { credentialError } = exchange;
  if (credentialError !== undefined && credentialError.code !== 'invalid-jwt') throw credentialError;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const GONE: Record<Exclude<SessionState, 'alive'>, () => AppError> = {
  session_not_found: () => authError('session_not_found'),
  user_not_found: () =>
    authError('user_not_found', 'User from sub claim in JWT does not exist', { status: 403 }),
  user_banned: () => authError('user_banned'),
};

function badToken(error: AppError): AppError {
  if (error.code !== 'invalid-jwt') return error;
  const { reason } = error;
  if (reason !== undefined && isEnd(reason)) return GONE[reason]();
  return authError('bad_jwt', `invalid JWT: unable to parse or verify signature, ${error.message}`);
}

function isEnd(reason: string): reason is keyof typeof GONE {
  return Object.hasOwn(GONE, reason);
}
