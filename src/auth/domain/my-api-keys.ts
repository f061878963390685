/** Keys that users make to act for them: with their rights at most, for a time, and for nothing that changes the account. */
import type { ApiKey } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import { insertUserKey } from '../store/api-keys.ts';
import { lockKeys } from '../store/identities.ts';
import type { User } from '../store/users.ts';
import { keyName, type MadeApiKey, notThere } from './api-keys.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { readScopes } from './key-scopes.ts';
import { makeKey } from './key-text.ts';

export interface NewMyApiKey {
  readonly user: User;
  /** Of the session. */
  readonly aal: string;
  readonly name: string;
  readonly scopes: unknown;
  readonly expiresAt: Date | undefined;
  readonly client: Client;
}

const DAY_MS = 86_400_000;

export async function createMyApiKey(auth: AuthContext, input: NewMyApiKey): Promise<MadeApiKey> {
  const { user, aal, client } = input;
  if (aal === 'aal1' && user.factors.some(({ status }) => status === 'verified'))
    throw authError('insufficient_aal', 'AAL2 session is required to make API keys when MFA is enabled.');
  const name = keyName(input.name);
  const expiresAt = expiryOf(auth, input.expiresAt);
  const scopes = readScopes(input.scopes);
  const { key, kept } = makeKey('user');
  // For people to read: the role that counts is the user's at every use.
  const role = user.role ?? 'authenticated';
  const { perUser } = auth.config.apiKeys;
  const row = await auth.database.transaction(async (connection) => {
    // One after the other, so that many at once make no more than one after the other.
    await lockKeys(connection, `api keys ${user.id}`);
    return insertUserKey(connection, { ...kept, userId: user.id, role, name, scopes, expiresAt }, perUser);
  });
  if (row === undefined) throw authError('too_many_api_keys', `A user may have ${perUser} API keys`);
  record(auth, 'api_key_created', user.id, row, client);
  return { key, row };
}

export function listMyApiKeys(auth: AuthContext, userId: string): Promise<ApiKey[]> {
  return auth.prisma.apiKey.findMany({ where: { userId }, orderBy: { createdAt: 'desc' } });
}

/** Revoking twice is the same as once. Keys of others are not there. */
export async function revokeMyApiKey(
  auth: AuthContext,
  { userId, id, client }: { userId: string; id: string; client: Client },
): Promise<ApiKey> {
  const data = { revokedAt: new Date(auth.now()) };
  const { count } = await auth.prisma.apiKey.updateMany({ where: { id, userId, revokedAt: null }, data });
  const row = await auth.prisma.apiKey.findFirst({ where: { id, userId } });
  if (row === null) throw notThere();
  if (count > 0) record(auth, 'api_key_revoked', userId, row, client);
  return row;
}

function expiryOf({ config, now }: AuthContext, given: Date | undefined): Date {
  const { defaultDays, maxDays } = config.apiKeys;
  if (given === undefined) return new Date(now() + Math.min(defaultDays, maxDays) * DAY_MS);
  if (given.getTime() <= now()) throw invalid('expiresAt must be in the future');
  if (given.getTime() > now() + maxDays * DAY_MS)
    throw invalid(`expiresAt must be within ${maxDays} days (auth.apiKeys.maxDays)`);
  return given;
}

function record(
  auth: AuthContext,
  action: 'api_key_created' | 'api_key_revoked',
  actorId: string,
  { id, name }: ApiKey,
  client: Client,
): void {
  audit(auth, { action, actorId, client, traits: { id, name } });
}
