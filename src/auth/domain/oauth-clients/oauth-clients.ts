/** Applications that users may sign in to, as administrators keep them. A secret is shown when it is made, and kept as a hash. */
import { createHash, randomBytes } from 'node:crypto';
import type { OauthClient } from '../../../generated/prisma/client.ts';
import { authError } from '../../errors.ts';
import { endSessionsOfClient } from '../../store/sessions.ts';
import { type AuditAction, audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { UUID } from '../ids.ts';
import { type ClientSettings, completeSettings } from './client-settings.ts';

/** The secret is in this answer and nowhere else; public clients have none. */
export interface MadeClient {
  readonly client: OauthClient;
  readonly secret: string | undefined;
}

const SECRET_BYTES = 32;

export async function createOauthClient(
  auth: AuthContext,
  given: ClientSettings,
  caller: Client,
): Promise<MadeClient> {
  const settings = completeSettings(given, undefined);
  const { secret, clientSecretHash } =
    settings.clientType === 'public' ? { secret: undefined, clientSecretHash: null } : makeSecret();
  const client = await auth.prisma.oauthClient.create({
    data: { ...settings, clientSecretHash, registrationType: 'manual' },
  });
  record(auth, 'oauth_client_created', client, caller);
  return { client, secret };
}

export async function listOauthClients(
  auth: AuthContext,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ clients: OauthClient[]; total: number }> {
  const where = { deletedAt: null };
  const [clients, total] = await Promise.all([
    auth.prisma.oauthClient.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: offset,
      take: limit,
    }),
    auth.prisma.oauthClient.count({ where }),
  ]);
  return { clients, total };
}

export async function readOauthClient(auth: AuthContext, id: string): Promise<OauthClient> {
  const found = UUID.test(id)
    ? await auth.prisma.oauthClient.findFirst({ where: { id, deletedAt: null } })
    : null;
  if (found === null) throw authError('oauth_client_not_found');
  return found;
}

/** What is not given stays. */
export async function updateOauthClient(
  auth: AuthContext,
  id: string,
  given: ClientSettings,
  caller: Client,
): Promise<OauthClient> {
  const known = await readOauthClient(auth, id);
  const settings = completeSettings(given, known);
  const client = await change(auth, known.id, settings);
  record(auth, 'oauth_client_updated', client, caller);
  return client;
}

/** Sessions that users have there end with it. */
export async function deleteOauthClient(auth: AuthContext, id: string, caller: Client): Promise<void> {
  const known = await readOauthClient(auth, id);
  const client = await change(auth, known.id, { deletedAt: new Date(auth.now()) });
  auth.sessionWatch.forget(await endSessionsOfClient(auth.database, { clientId: known.id }));
  record(auth, 'oauth_client_deleted', client, caller);
}

/** The old secret ends at once. */
export async function regenerateClientSecret(
  auth: AuthContext,
  id: string,
  caller: Client,
): Promise<MadeClient> {
  const known = await readOauthClient(auth, id);
  if (known.clientType === 'public')
    throw authError('validation_failed', 'Cannot regenerate secret for public client');
  const { secret, clientSecretHash } = makeSecret();
  const client = await change(auth, known.id, { clientSecretHash });
  record(auth, 'oauth_client_updated', client, caller);
  return { client, secret };
}

async function change(auth: AuthContext, id: string, patch: Partial<OauthClient>): Promise<OauthClient> {
  const updatedAt = new Date(auth.now());
  const { count } = await auth.prisma.oauthClient.updateMany({
    where: { id, deletedAt: null },
    data: { ...patch, updatedAt },
  });
  const client = count === 0 ? null : await auth.prisma.oauthClient.findUnique({ where: { id } });
  if (client === null) throw authError('oauth_client_not_found');
  return client;
}

function makeSecret() {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, clientSecretHash: createHash('sha256').update(secret).digest('base64url') };
}

function record(
  auth: AuthContext,
  action: AuditAction,
  { id, clientName }: OauthClient,
  caller: Client,
): void {
  audit(auth, {
    action,
    actorRole: 'service_role',
    client: caller,
    traits: { client_id: id, name: clientName },
  });
}
