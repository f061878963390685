/** What an API key out of the database proves: a role, perhaps narrower than the role is, or the user whom it acts for. */
import { CallerScope } from '../../caller-scope.ts';
import type { ApiKey } from '../../generated/prisma/client.ts';
import { findLivingKey, noteUse } from '../store/api-keys.ts';
import { findUser } from '../store/users.ts';
import type { AuthContext } from './context.ts';
import { keptScopes } from './key-scopes.ts';
import { isBanned } from './sign-in.ts';
import { userClaims } from './user-claims.ts';

export interface StoredApiKey {
  /** `role` at the least. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scope: CallerScope | undefined;
  readonly actsForUser: boolean;
}

/** When a key was used is told to the minute: a write for every request would cost more than it tells. */
const USE_COUNTS_SECONDS = 60;

/** Null for a key that is unknown, over or revoked, or whose user may not come in. */
export async function findStoredKey(auth: AuthContext, sha256: string): Promise<StoredApiKey | null> {
  const key = await findLivingKey(auth.database, sha256);
  if (key === undefined) return null;
  const claims = key.userId === null ? { role: key.role } : await claimsForUser(auth, key, key.userId);
  if (claims === undefined) return null;
  // Not waited for: a request is not slower, nor refused, for the note.
  if ((key.lastUsedAt?.getTime() ?? 0) + USE_COUNTS_SECONDS * 1000 < auth.now())
    auth.background.run('use of an API key', () => noteUse(auth.database, key.id, USE_COUNTS_SECONDS));
  const entries = keptScopes(key.scopes);
  return {
    claims,
    scope: entries && new CallerScope(entries),
    actsForUser: key.userId !== null,
  };
}

/** As a token of the user would have them at this moment, at the lower level of assurance. */
async function claimsForUser(
  auth: AuthContext,
  key: ApiKey,
  userId: string,
): Promise<Record<string, unknown> | undefined> {
  const user = await findUser(auth.database, userId);
  if (user === undefined || user.deletedAt !== null || isBanned(auth, user)) return undefined;
  const timestamp = Math.floor(key.createdAt.getTime() / 1000);
  const claims = { ...userClaims(auth, user), aal: 'aal1', amr: [{ method: 'api_key', timestamp }] };
  // What a hook takes from tokens of the user must not be had by a key.
  return auth.hooks.customClaims === undefined ? claims : auth.hooks.customClaims(claims, user);
}
