/** A session as the wire has it. */
import type { IssuedSession } from '../domain/sessions.ts';
import { viewUser } from '../domain/user-view.ts';

export function viewSession(session: IssuedSession, more: Readonly<Record<string, unknown>> = {}) {
  return {
    access_token: session.accessToken,
    token_type: 'bearer',
    expires_in: session.expiresIn,
    expires_at: session.expiresAt,
    refresh_token: session.refreshToken,
    user: viewUser(session.user),
    ...more,
  };
}
