/** Where a user has let applications in: seen and taken back. */
import { sql } from '../../../database/sql.ts';
import { authError, invalid } from '../../errors.ts';
import { value } from '../../store/database.ts';
import { endSessionsOfClient } from '../../store/sessions.ts';
import type { AuthContext } from '../context.ts';
import { UUID } from '../ids.ts';

export interface OauthGrant {
  readonly clientId: string;
  readonly clientName: string | null;
  readonly clientUri: string | null;
  readonly logoUri: string | null;
  readonly scopes: string | null;
  readonly grantedAt: Date;
}

export function listGrants(auth: AuthContext, userId: string): Promise<OauthGrant[]> {
  return auth.database.rows<OauthGrant>(sql<unknown>`
    select c.id as client_id, c.client_name, c.client_uri, c.logo_uri, string_agg(distinct s.scopes, ' ') as scopes,
      min(s.created_at) as granted_at
    from auth.sessions s join auth.oauth_clients c on c.id = s.oauth_client_id and c.deleted_at is null
    where s.user_id = ${value(userId)} group by c.id order by granted_at desc, c.id`);
}

/** Every session of the application for this user ends. */
export async function revokeGrant(
  auth: AuthContext,
  { userId, clientId }: { userId: string; clientId: string | undefined },
): Promise<void> {
  if (clientId === undefined) throw invalid('client_id query parameter is required');
  if (!UUID.test(clientId)) throw invalid('client_id must be an UUID');
  const ended = await endSessionsOfClient(auth.database, { clientId, userId });
  if (ended.length === 0) throw authError('oauth_grant_not_found');
  auth.sessionWatch.forget(ended);
}
