/** A new address counts once whoever reads its mail has said so, and, where that is asked for, whoever reads the old one's. */
import type { Prisma } from '../../generated/prisma/client.ts';
import { authError } from '../errors.ts';
import { type Connection, isTaken } from '../store/database.ts';
import { dropTokens } from '../store/one-time-tokens.ts';
import {
  findUser,
  findUserByEmail,
  insertIdentity,
  mergeIdentity,
  type User,
  type UserPatch,
  updateUser,
} from '../store/users.ts';
import type { AuthContext } from './context.ts';
import { type Challenge, startFlow } from './flow.ts';
import { identityData } from './identities.ts';
import { prepareLink } from './links.ts';

export interface EmailChange {
  readonly user: User;
  readonly newEmail: string;
  readonly redirectTo: string | undefined;
  readonly challenge: Challenge | undefined;
}

/** Mints what both sides must follow; the returned function sends it. */
export async function prepareEmailChange(
  auth: AuthContext,
  connection: Connection,
  { user, newEmail, redirectTo, challenge }: EmailChange,
): Promise<{ user: User; send: () => void }> {
  await dropTokens(connection, user.id, ['email_change_token_new', 'email_change_token_current']);
  const pending = await updateUser(connection, user.id, {
    emailChange: newEmail,
    emailChangeConfirmStatus: 0,
  });
  if (pending === undefined) throw authError('user_not_found');
  const flow = { userId: user.id, providerType: 'email_change', authenticationMethod: 'email_change' };
  const flowStateId = await startFlow(connection, challenge, flow);
  const link = { user: pending, linkType: 'email_change', redirectTo, flowStateId } as const;
  // An address that somebody else has gets nothing, and whoever asked sees no difference.
  const free = (await findUserByEmail(connection, newEmail)) === undefined;
  const sends: (() => void)[] = [];
  let latest = pending;
  if (free) {
    const prepared = await prepareLink(auth, connection, {
      ...link,
      tokenType: 'email_change_token_new',
      to: newEmail,
    });
    sends.push(prepared.send);
    latest = prepared.user;
  }
  if (needsBoth(auth, pending)) {
    const to = pending.email ?? '';
    const prepared = await prepareLink(auth, connection, {
      ...link,
      tokenType: 'email_change_token_current',
      to,
    });
    sends.push(prepared.send);
    latest = prepared.user;
  }
  if (sends.length === 0)
    latest = (await updateUser(connection, user.id, { emailChangeSentAt: new Date(auth.now()) })) ?? latest;
  return { user: latest, send: () => sends.forEach((send) => void send()) };
}

/** One side has confirmed. Undefined while the other one is awaited. The user's row must be locked. */
export async function confirmEmailChange(
  auth: AuthContext,
  connection: Connection,
  user: User,
): Promise<User | undefined> {
  if (!user.emailChange) throw authError('otp_expired');
  if (needsBoth(auth, user) && user.emailChangeConfirmStatus !== 1) {
    await updateUser(connection, user.id, { emailChangeConfirmStatus: 1 });
    return undefined;
  }
  const changed = await setEmail(connection, user, user.emailChange);
  await dropTokens(connection, user.id, ['email_change_token_new', 'email_change_token_current']);
  return changed;
}

/** The address changes at once, confirmed; whoever had no name until now has one. */
export async function setEmail(connection: Connection, user: User, email: string): Promise<User> {
  try {
    await updateUser(connection, user.id, {
      email,
      emailConfirmedAt: new Date(),
      emailChange: '',
      emailChangeConfirmStatus: 0,
      isAnonymous: false,
      rawAppMetaData: withProvider(user, 'email'),
      rawUserMetaData: { ...(user.rawUserMetaData as object), email_verified: true },
    } satisfies UserPatch);
  } catch (error) {
    if (isTaken(error)) throw authError('email_exists');
    throw error;
  }
  await putIdentity(connection, user, 'email', email);
  return (await findUser(connection, user.id)) ?? user;
}

export async function setPhone(connection: Connection, user: User, phone: string): Promise<User> {
  try {
    await updateUser(connection, user.id, {
      phone,
      phoneConfirmedAt: new Date(),
      phoneChange: '',
      isAnonymous: false,
      rawAppMetaData: withProvider(user, 'phone'),
    });
  } catch (error) {
    if (isTaken(error)) throw authError('phone_exists');
    throw error;
  }
  await putIdentity(connection, user, 'phone', phone);
  return (await findUser(connection, user.id)) ?? user;
}

/** Somebody without an old address has nobody else to ask. */
function needsBoth(auth: AuthContext, user: User): boolean {
  return auth.config.email.doubleConfirmChange && !!user.email && user.emailConfirmedAt !== null;
}

async function putIdentity(
  connection: Connection,
  user: User,
  kind: 'email' | 'phone',
  address: string,
): Promise<void> {
  const input = {
    userId: user.id,
    provider: kind,
    providerId: user.id,
    identityData: identityData(user.id, kind, address, {}, true),
  };
  if (user.identities.some((identity) => identity.provider === kind)) await mergeIdentity(connection, input);
  else await insertIdentity(connection, input);
}

export function withProvider(user: User, provider: string): Prisma.JsonObject {
  const meta = (user.rawAppMetaData ?? {}) as Prisma.JsonObject;
  const providers = Array.isArray(meta.providers) ? meta.providers : [];
  return {
    ...meta,
    provider: meta.provider ?? provider,
    providers: providers.includes(provider) ? providers : [...providers, provider],
  };
}
