/** Takes an identity off its user, who must keep another one to come in by. */
import { authError } from '../errors.ts';
import { type Connection, isTaken } from '../store/database.ts';
import { deleteIdentity } from '../store/identities.ts';
import { type Identity, lockUser, type User, type UserPatch, updateUser } from '../store/users.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { readId } from './ids.ts';
import { assertMayLink } from './ways-in.ts';

export interface UnlinkInput {
  readonly userId: string;
  readonly identityId: string;
  readonly aal: string;
  readonly client: Client;
}

export async function unlinkIdentity(auth: AuthContext, input: UnlinkInput): Promise<void> {
  const { userId, aal, client } = input;
  const { user, identity } = await auth.database.transaction(async (connection) => {
    const user = await lockUser(connection, userId);
    if (user === undefined || user.deletedAt !== null) throw authError('user_not_found');
    assertMayLink(auth, { user, aal });
    const identityId = readId(input.identityId, 'identity_id');
    if (user.identities.length <= 1) throw authError('single_identity_not_deletable');
    const identity = user.identities.find((it) => it.id === identityId);
    if (identity === undefined) throw authError('identity_not_found');
    await deleteIdentity(connection, userId, identityId);
    await patchUser(connection, user, identity);
    return { user, identity };
  });
  audit(auth, { action: 'identity_unlinked', user, client, traits: { provider: identity.provider } });
}

/** The address goes with the identity it came from, unless another one has it, too. */
async function patchUser(connection: Connection, user: User, gone: Identity): Promise<void> {
  const left = user.identities.filter((it) => it.id !== gone.id);
  const providers = [...new Set(left.map((it) => it.provider))];
  const meta = user.rawAppMetaData as { provider?: string } | null;
  const provider = providers.includes(meta?.provider ?? '') ? meta?.provider : providers[0];
  const patch: UserPatch = {
    rawAppMetaData: { ...meta, provider: provider ?? '', providers },
    ...(gone.provider === 'phone' ? { phone: null, phoneConfirmedAt: null } : {}),
    ...emailPatch(user, left),
  };
  await updateUser(connection, user.id, patch).catch((error: unknown) => {
    if (isTaken(error)) throw authError('email_conflict_identity_not_deletable');
    throw error;
  });
}

function emailPatch(user: User, left: readonly Identity[]): UserPatch {
  if (!user.email || left.some((it) => it.email === user.email)) return {};
  const other = left.find((it) => it.email && isVerified(it));
  if (other !== undefined) return { email: other.email };
  // Without an address there is nothing to type a password beside, unless there is a phone.
  return { email: null, emailConfirmedAt: null, ...(user.phone ? {} : { encryptedPassword: null }) };
}

function isVerified(identity: Identity): boolean {
  return (identity.identityData as { email_verified?: unknown }).email_verified === true;
}
