/** Users as administrators make, change and remove them. What takes rights away ends the user's sessions at once. */
import { createHmac } from 'node:crypto';
import { sql } from '../../database/sql.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import { type Connection, isTaken, value } from '../store/database.ts';
import {
  deleteUser,
  findUser,
  insertIdentity,
  insertUser,
  lockUser,
  mergeIdentity,
  type User,
  type UserPatch,
  updateUser,
} from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { type AuditAction, audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { readDuration } from './duration.ts';
import { identityData } from './identities.ts';
import { readId } from './ids.ts';
import { endOtherSessions } from './sessions.ts';
import { mergeMetadata } from './user-update.ts';

export interface AdminUserInput {
  readonly id?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordHash?: string | undefined;
  readonly emailConfirm?: boolean | undefined;
  readonly phoneConfirm?: boolean | undefined;
  readonly userMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly appMetadata?: Readonly<Record<string, unknown>> | undefined;
  readonly role?: string | undefined;
  readonly aud?: string | undefined;
  /** `24h30m`, or `none`. */
  readonly banDuration?: string | undefined;
}

const ACTOR = 'service_role';

export async function requireUserById(auth: AuthContext, id: string): Promise<User> {
  const user = await findUser(auth.database, readId(id, 'user_id'));
  if (user === undefined) throw authError('user_not_found');
  return user;
}

export async function createUserAsAdmin(
  auth: AuthContext,
  input: AdminUserInput,
  client: Client,
): Promise<User> {
  const email = input.email && normalizeEmail(input.email);
  const phone = input.phone && normalizePhone(input.phone);
  if (!email && !phone) throw invalid('Cannot create a user without either an email or phone');
  const kinds = [...(email ? ['email'] : []), ...(phone ? ['phone'] : [])];
  const encryptedPassword = await passwordOf(auth, input);
  const now = new Date(auth.now());
  const { emailConfirm = false, phoneConfirm = false, userMetadata = {}, appMetadata = {} } = input;
  const patch: UserPatch = {
    ...(input.id === undefined ? {} : { id: input.id }),
    ...(email ? { email } : {}),
    ...(phone ? { phone } : {}),
    encryptedPassword: encryptedPassword ?? null,
    ...(emailConfirm && email ? { emailConfirmedAt: now } : {}),
    ...(phoneConfirm && phone ? { phoneConfirmedAt: now } : {}),
    rawUserMetaData: { ...userMetadata, ...(emailConfirm && email ? { email_verified: true } : {}) },
    rawAppMetaData: { provider: kinds[0] ?? 'email', providers: kinds, ...appMetadata } as Prisma.JsonObject,
    ...rights(auth, input),
  };
  const user = await auth.database.transaction(async (connection) => {
    const created = await whileFree(() => insertUser(connection, patch));
    if (email) await addIdentity(connection, created.id, 'email', email, emailConfirm);
    if (phone) await addIdentity(connection, created.id, 'phone', phone, phoneConfirm);
    return (await findUser(connection, created.id)) ?? created;
  });
  audit(auth, { action: 'user_signedup', user, actorRole: ACTOR, client });
  return user;
}

export async function updateUserAsAdmin(
  auth: AuthContext,
  id: string,
  input: Omit<AdminUserInput, 'id'>,
  client: Client,
): Promise<User> {
  const email = input.email && normalizeEmail(input.email);
  const phone = input.phone && normalizePhone(input.phone);
  const encryptedPassword = await passwordOf(auth, input);
  const now = new Date(auth.now());
  const user = await auth.database.transaction(async (connection) => {
    const current = await lockUser(connection, id);
    if (current === undefined) throw authError('user_not_found');
    const emailConfirmed = input.emailConfirm === true && (email || current.email);
    const patch: UserPatch = {
      ...(email ? { email } : {}),
      ...(phone ? { phone } : {}),
      ...(encryptedPassword === undefined ? {} : { encryptedPassword }),
      ...(emailConfirmed && current.emailConfirmedAt === null ? { emailConfirmedAt: now } : {}),
      ...(input.phoneConfirm === true && current.phoneConfirmedAt === null ? { phoneConfirmedAt: now } : {}),
      ...(input.userMetadata === undefined
        ? {}
        : { rawUserMetaData: mergeMetadata(current.rawUserMetaData, input.userMetadata) }),
      ...(input.appMetadata === undefined
        ? {}
        : { rawAppMetaData: mergeMetadata(current.rawAppMetaData, input.appMetadata) }),
      ...rights(auth, input),
      ...((email || phone) && current.isAnonymous ? { isAnonymous: false } : {}),
    };
    await whileFree(() => updateUser(connection, id, patch));
    for (const [kind, address, confirmed] of [
      ['email', email, input.emailConfirm ?? current.emailConfirmedAt !== null],
      ['phone', phone, input.phoneConfirm ?? current.phoneConfirmedAt !== null],
    ] as const) {
      if (!address) continue;
      const data = { [kind]: address, [`${kind}_verified`]: confirmed };
      if (current.identities.some((identity) => identity.provider === kind))
        await mergeIdentity(connection, { userId: id, provider: kind, identityData: data });
      else await addIdentity(connection, id, kind, address, confirmed);
    }
    return (await findUser(connection, id)) ?? current;
  });
  const isBan = input.banDuration !== undefined && input.banDuration !== 'none';
  if (isBan || encryptedPassword !== undefined || input.role !== undefined) await endOtherSessions(auth, id);
  const action: AuditAction = isBan ? 'user_banned' : 'user_modified';
  audit(auth, { action, user, actorRole: ACTOR, client });
  return user;
}

/** Softly: the row stays for those who point at it, with nothing left that tells of the person. */
export async function deleteUserAsAdmin(
  auth: AuthContext,
  id: string,
  { soft, client }: { soft: boolean; client: Client },
): Promise<void> {
  const user = await requireUserById(auth, id);
  if (soft) await forget(auth, user);
  else await deleteUser(auth.database, id);
  auth.sessionWatch.forgetAll();
  audit(auth, { action: 'user_deleted', user, actorRole: ACTOR, client, traits: { soft } });
}

async function forget(auth: AuthContext, user: User): Promise<void> {
  const { id } = user;
  const trace = (text: string | null) =>
    text ? createHmac('sha256', auth.secret).update(`${id} ${text}`).digest('hex') : null;
  await auth.database.transaction(async (connection) => {
    await updateUser(connection, id, {
      deletedAt: new Date(auth.now()),
      email: trace(user.email),
      phone: trace(user.phone)?.slice(0, 15) ?? null,
      encryptedPassword: null,
      emailChange: '',
      phoneChange: '',
      rawUserMetaData: {},
      rawAppMetaData: {},
    });
    for (const table of [
      sql`identities`,
      sql`sessions`,
      sql`one_time_tokens`,
      sql`mfa_factors`,
      sql`flow_state`,
    ])
      await connection.run(sql<unknown>`delete from auth.${table} where user_id = ${value(id)}`);
  });
}

function rights(auth: AuthContext, { role, aud, banDuration }: AdminUserInput): UserPatch {
  return {
    ...(role === undefined ? {} : { role }),
    ...(aud === undefined ? {} : { aud }),
    ...(banDuration === undefined
      ? {}
      : { bannedUntil: banDuration === 'none' ? null : new Date(auth.now() + readDuration(banDuration)) }),
  };
}

async function passwordOf(
  auth: AuthContext,
  { password, passwordHash }: Pick<AdminUserInput, 'password' | 'passwordHash'>,
): Promise<string | undefined> {
  if (password && passwordHash) throw invalid('Only a password or a password hash should be provided');
  if (passwordHash) return auth.passwords.acceptHash(passwordHash);
  if (!password) return undefined;
  auth.passwords.check(password);
  return auth.passwords.hash(password);
}

async function addIdentity(
  connection: Connection,
  userId: string,
  kind: 'email' | 'phone',
  address: string,
  confirmed: boolean,
): Promise<void> {
  await insertIdentity(connection, {
    userId,
    provider: kind,
    providerId: userId,
    identityData: identityData(userId, kind, address, {}, confirmed),
  });
}

async function whileFree<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isTaken(error, 'users_phone_key')) throw authError('phone_exists');
    if (isTaken(error, 'users_email_partial_key')) throw authError('email_exists');
    if (isTaken(error)) throw invalid('A user with this id exists already');
    throw error;
  }
}
