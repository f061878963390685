/** Ends all sessions of a user, as an administrator does where a device was lost. */
import { SERVICE_ROLE } from '../role-of-claims.ts';
import { endSessions } from '../store/sessions.ts';
import { requireUserById } from './admin-users.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';

/** How many there were. */
export async function revokeSessions(auth: AuthContext, userId: string, client: Client): Promise<number> {
  const user = await requireUserById(auth, userId);
  const ended = await endSessions(auth.database, userId, 'global');
  auth.sessionWatch.forget(ended);
  audit(auth, { action: 'logout', user, actorRole: SERVICE_ROLE, client, traits: { scope: 'global' } });
  return ended.length;
}
