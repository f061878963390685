/** Whose factors are asked for: a user with a living session and a name, and how much that session has shown. */
import { authError } from '../../errors.ts';
import type { Connection } from '../../store/database.ts';
import { findSession, type Session } from '../../store/sessions.ts';
import { lockUser, type MfaFactor, type User } from '../../store/users.ts';
import type { AuthContext, Client } from '../context.ts';

/** Of the caller, as the token says it. */
export interface Owner {
  readonly userId: string;
  readonly sessionId: string | undefined;
  readonly client: Client;
}

export interface OwnerState {
  readonly user: User;
  readonly session: Session;
  readonly elevated: boolean;
}

/** As the database has it: a token may be older than a change. */
export async function readOwner(
  auth: AuthContext,
  { userId, sessionId }: Owner,
  connection: Connection = auth.database,
): Promise<OwnerState> {
  const found = sessionId === undefined ? undefined : await findSession(connection, sessionId);
  if (found === undefined || found.user.id !== userId) throw authError('session_not_found');
  const { user, session } = found;
  if (user.isAnonymous) {
    const message = 'Anonymous user not allowed to perform these actions';
    throw authError('no_authorization', message, { status: 403 });
  }
  return { user, session, elevated: session.aal !== null && session.aal !== 'aal1' };
}

/** The same, and nobody else changes the user until the transaction ends. */
export async function lockOwner(
  auth: AuthContext,
  connection: Connection,
  owner: Owner,
): Promise<OwnerState> {
  if ((await lockUser(connection, owner.userId)) === undefined) throw authError('user_not_found');
  return readOwner(auth, owner, connection);
}

export function isVerified(factor: MfaFactor): boolean {
  return factor.status === 'verified';
}
