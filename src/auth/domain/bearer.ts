/** The user of a verified token: what its claims say, and the row behind them. */
import type { Caller } from '../../caller.ts';
import { authError } from '../errors.ts';
import { findUser, type User } from '../store/users.ts';
import type { AuthContext } from './context.ts';
import { UUID } from './ids.ts';

export interface Bearer {
  readonly userId: string;
  readonly sessionId: string | undefined;
  readonly aal: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Without asking the database. */
export function bearerOf({ claims, actsForUser }: Caller): Bearer {
  // Accounts are changed, and keys are made, by people.
  if (actsForUser) throw authError('api_key_not_allowed');
  const { sub, session_id: sessionId, aal } = claims;
  if (typeof sub !== 'string' || sub === '') throw authError('bad_jwt', 'invalid claim: missing sub claim');
  if (!UUID.test(sub)) throw authError('bad_jwt', 'invalid claim: sub claim must be a UUID');
  return {
    userId: sub,
    sessionId: typeof sessionId === 'string' && UUID.test(sessionId) ? sessionId : undefined,
    aal: typeof aal === 'string' ? aal : 'aal1',
    claims,
  };
}

export async function withUser(auth: AuthContext, bearer: Bearer): Promise<Bearer & { user: User }> {
  const user = await findUser(auth.database, bearer.userId);
  if (user === undefined || user.deletedAt !== null) throw userGone();
  return { ...bearer, user };
}

export function userGone() {
  return authError('user_not_found', 'User from sub claim in JWT does not exist', { status: 403 });
}
