/**
 * Which user somebody from a provider is. The identity decides; an address does so only where the provider vouches for
 * it, and then whoever claimed it before without showing that it is theirs loses everything they could come in by.
 */
import type { Prisma } from '../../../generated/prisma/client.ts';
import { authError } from '../../errors.ts';
import { type Connection, isTaken } from '../../store/database.ts';
import { dropCredentials, findIdentity, lockKeys, touchIdentity } from '../../store/identities.ts';
import {
  findUser,
  findUserByEmail,
  type Identity,
  insertIdentity,
  insertUser,
  lockUser,
  type User,
  type UserPatch,
  updateUser,
} from '../../store/users.ts';
import { normalizeEmail } from '../addresses.ts';
import { audiencePatch } from '../audience.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { withProvider } from '../email-change.ts';
import type { ExternalProfile } from './provider.ts';

export interface Arrival {
  readonly provider: string;
  readonly profile: ExternalProfile;
  readonly client: Client;
}

/** The user that this identity belongs to, found, linked or made. */
export async function userOfProfile(
  auth: AuthContext,
  connection: Connection,
  arrival: Arrival,
): Promise<User> {
  const { provider, profile } = arrival;
  const email = vouchedEmail(profile);
  await lockArrival(connection, arrival, email);
  const identity = await findIdentity(connection, provider, profile.subject);
  if (identity !== undefined) return knownUser(connection, identity, arrival);
  const existing = email === undefined ? undefined : await findUserByEmail(connection, email);
  if (existing === undefined) return newUser(auth, connection, arrival, email);
  const locked = await lockUser(connection, existing.id);
  if (locked === undefined || locked.deletedAt !== null) throw authError('user_not_found');
  if (locked.emailConfirmedAt === null) return claimUser(auth, connection, locked, arrival);
  return addIdentity(auth, connection, locked, arrival, {});
}

/** A further identity for somebody who is signed in; whose address it has does not matter. */
export async function linkProfile(
  auth: AuthContext,
  connection: Connection,
  userId: string,
  arrival: Arrival,
): Promise<User> {
  const { provider, profile } = arrival;
  const email = vouchedEmail(profile);
  await lockArrival(connection, arrival, email);
  const user = await lockUser(connection, userId);
  if (user === undefined || user.deletedAt !== null) throw authError('user_not_found');
  const identity = await findIdentity(connection, provider, profile.subject);
  if (identity !== undefined) {
    const own = identity.userId === userId;
    throw authError('identity_already_exists', own ? 'Identity is already linked' : undefined);
  }
  return addIdentity(auth, connection, user, arrival, {
    // Whoever had no name until now has one.
    isAnonymous: false,
    ...(email === undefined || user.email ? {} : { email, emailConfirmedAt: new Date(auth.now()) }),
  });
}

async function lockArrival(
  connection: Connection,
  { provider, profile }: Arrival,
  email: string | undefined,
): Promise<void> {
  const keys = [`${provider} ${profile.subject}`, ...(email === undefined ? [] : [`address ${email}`])];
  await lockKeys(connection, ...keys);
}

async function knownUser(connection: Connection, identity: Identity, arrival: Arrival): Promise<User> {
  const { iss } = identity.identityData as { iss?: unknown };
  // The same name in the configuration, but another issuer: its subjects are other people.
  if (typeof iss === 'string' && iss !== arrival.profile.issuer)
    throw authError('bad_oauth_callback', 'The identity belongs to another issuer');
  const user = await lockUser(connection, identity.userId);
  if (user === undefined || user.deletedAt !== null) throw authError('user_not_found');
  await touchIdentity(connection, identity.id, identityOf(arrival));
  const patch = { rawUserMetaData: metadataOf(arrival, user) };
  return (await updateUser(connection, user.id, patch)) ?? user;
}

async function newUser(
  auth: AuthContext,
  connection: Connection,
  arrival: Arrival,
  email: string | undefined,
): Promise<User> {
  if (!auth.config.signup.enabled) throw authError('signup_disabled');
  const data = metadataOf(arrival);
  await auth.hooks.beforeUserCreated?.({ ...(email === undefined ? {} : { email }), data });
  const { provider, client } = arrival;
  const user = await insertUser(connection, {
    // An address that nobody vouches for is nobody's: it stays with the identity, and can be confirmed by mail.
    ...(email === undefined ? {} : { email, emailConfirmedAt: new Date(auth.now()) }),
    ...audiencePatch(auth, client),
    rawUserMetaData: data,
    rawAppMetaData: { provider, providers: [provider] },
  }).catch((error: unknown) => {
    if (isTaken(error, 'users_email_partial_key')) throw authError('user_already_exists');
    throw error;
  });
  const identity = await putIdentity(connection, user.id, arrival);
  audit(auth, { action: 'user_signedup', user, client, traits: { provider } });
  return { ...user, identities: [identity] };
}

/** The address was claimed by somebody who never showed that it is theirs: nothing of what they left opens any more. */
async function claimUser(
  auth: AuthContext,
  connection: Connection,
  user: User,
  arrival: Arrival,
): Promise<User> {
  auth.sessionWatch.forget(await dropCredentials(connection, user.id));
  const { provider } = arrival;
  const meta = { ...(user.rawAppMetaData as object | null), provider, providers: [provider] };
  const bare = { ...user, rawAppMetaData: meta, rawUserMetaData: {} };
  return addIdentity(auth, connection, bare, arrival, {
    isAnonymous: false,
    emailConfirmedAt: new Date(auth.now()),
  });
}

async function addIdentity(
  auth: AuthContext,
  connection: Connection,
  user: User,
  arrival: Arrival,
  patch: UserPatch,
): Promise<User> {
  await putIdentity(connection, user.id, arrival);
  await updateUser(connection, user.id, {
    ...patch,
    rawAppMetaData: withProvider(user, arrival.provider),
    rawUserMetaData: metadataOf(arrival, user),
  }).catch((error: unknown) => {
    if (isTaken(error, 'users_email_partial_key')) throw authError('email_exists');
    throw error;
  });
  const traits = { provider: arrival.provider };
  audit(auth, { action: 'identity_linked', user, client: arrival.client, traits });
  return (await findUser(connection, user.id)) ?? user;
}

function putIdentity(connection: Connection, userId: string, arrival: Arrival): Promise<Identity> {
  const { provider, profile } = arrival;
  const identityData = identityOf(arrival);
  return insertIdentity(connection, { userId, provider, providerId: profile.subject, identityData });
}

function identityOf({ profile }: Arrival): Record<string, unknown> {
  const { issuer, subject, email, emailVerified, data } = profile;
  return {
    ...data,
    iss: issuer,
    sub: subject,
    provider_id: subject,
    ...(email === undefined ? {} : { email }),
    email_verified: emailVerified,
    phone_verified: false,
  };
}

/** What the user has said of themselves stays. */
function metadataOf(arrival: Arrival, user?: User): Prisma.JsonObject {
  const told = Object.entries(identityOf(arrival)).filter(([, it]) => it !== undefined);
  return {
    ...Object.fromEntries(told),
    ...(user?.rawUserMetaData as object | undefined),
  } as Prisma.JsonObject;
}

/** In our form; undefined where the provider does not vouch for it, or where it is no address. */
function vouchedEmail({ email, emailVerified }: ExternalProfile): string | undefined {
  if (email === undefined || !emailVerified) return undefined;
  try {
    return normalizeEmail(email);
  } catch {
    return undefined;
  }
}
