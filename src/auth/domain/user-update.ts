/** What users change of themselves. Every change is judged first, then all of them are made, or none. */

import type { Prisma } from '../../generated/prisma/client.ts';
import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import { redeemById, tryCode } from '../store/one-time-tokens.ts';
import { findSession } from '../store/sessions.ts';
import { findUserByPhone, lockUser, type User, type UserPatch, updateUser } from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { prepareEmailChange, setEmail, setPhone } from './email-change.ts';
import type { Challenge } from './flow.ts';
import { checkFrequency } from './frequency.ts';
import { hashCode, mint } from './one-time.ts';
import { prepareCode } from './phone-codes.ts';
import { endOtherSessions } from './sessions.ts';
import type { Channel } from './sms/messages.ts';

export interface UserUpdate {
  readonly user: User;
  readonly sessionId: string | undefined;
  readonly aal: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
  readonly currentPassword?: string | undefined;
  readonly nonce?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly channel: Channel;
  readonly redirectTo: string | undefined;
  readonly challenge: Challenge | undefined;
  readonly client: Client;
}

export async function updateOwnUser(auth: AuthContext, update: UserUpdate): Promise<User> {
  const { user, password, client } = update;
  const email = changed(update.email && normalizeEmail(update.email), user.email);
  const phone = changed(update.phone && normalizePhone(update.phone), user.phone);
  await judge(auth, update, email, phone);
  const nonceId = await tryNonce(auth, update);
  const encryptedPassword = password === undefined ? undefined : await auth.passwords.hash(password);
  const sends: (() => void)[] = [];
  const result = await auth.database.transaction(async (connection) => {
    const locked = await lockUser(connection, user.id);
    if (locked === undefined) throw authError('user_not_found');
    if (nonceId !== undefined && (await redeemById(connection, nonceId)) === undefined)
      throw authError('reauthentication_not_valid');
    let latest =
      (await updateUser(connection, user.id, plainPatch(locked, update, encryptedPassword))) ?? locked;
    if (email !== undefined) latest = await changeEmail(auth, connection, latest, email, update, sends);
    if (phone !== undefined) latest = await changePhone(auth, connection, latest, phone, update, sends);
    return latest;
  });
  for (const send of sends) send();
  if (password !== undefined) await endOtherSessions(auth, user.id, update.sessionId ?? NO_SESSION);
  audit(auth, { action: password === undefined ? 'user_modified' : 'user_updated_password', user, client });
  return result;
}

/** Of a token without a session: all sessions of the user are others. */
const NO_SESSION = '00000000-0000-0000-0000-000000000000';

function changed(wanted: string | undefined, current: string | null): string | undefined {
  return wanted && wanted !== current ? wanted : undefined;
}

async function judge(
  auth: AuthContext,
  update: UserUpdate,
  email: string | undefined,
  phone: string | undefined,
): Promise<void> {
  const { user, password, aal } = update;
  const touchesLogin = password !== undefined || email !== undefined || phone !== undefined;
  if (touchesLogin && aal === 'aal1' && user.factors.some((factor) => factor.status === 'verified')) {
    throw authError(
      'insufficient_aal',
      'AAL2 session is required to update email or password when MFA is enabled.',
    );
  }
  if (touchesLogin && user.isSsoUser) throw authError('user_sso_managed');
  if (email !== undefined && !auth.config.email.autoconfirm) {
    auth.mailer.assertAvailable();
    await checkFrequency(auth, 'email_change', `${user.id} ${email}`);
  }
  if (phone !== undefined) {
    if (!auth.config.phone.enabled) throw authError('phone_provider_disabled');
    if (!auth.config.phone.autoconfirm && auth.config.testOtps[phone] === undefined)
      auth.messages.assertAvailable();
  }
  if (password !== undefined) await judgePassword(auth, update, password, email ?? phone);
}

async function judgePassword(
  auth: AuthContext,
  { user, currentPassword, nonce, sessionId, client }: UserUpdate,
  password: string,
  newAddress: string | undefined,
): Promise<void> {
  const { config, passwords } = auth;
  if (user.isAnonymous && newAddress === undefined && !user.email && !user.phone) {
    throw authError(
      'validation_failed',
      'Updating password of an anonymous user without an email or phone is not allowed',
      { status: 422 },
    );
  }
  passwords.check(password);
  const has = user.encryptedPassword !== null && user.encryptedPassword !== '';
  if (has && currentPassword === undefined && config.password.requireCurrent)
    throw authError('current_password_required');
  if (has && currentPassword !== undefined) {
    await admit(auth, client, user.id);
    const { matches } = await passwords.verify(user.encryptedPassword, currentPassword);
    if (!matches) throw authError('current_password_invalid');
  }
  if (has && (await passwords.verify(user.encryptedPassword, password)).matches)
    throw authError('same_password');
  if (config.password.requireReauthentication && nonce === undefined && !(await isFresh(auth, sessionId)))
    throw authError('reauthentication_needed');
}

const FRESH_MS = 24 * 60 * 60 * 1000;

async function isFresh(auth: AuthContext, sessionId: string | undefined): Promise<boolean> {
  const found = sessionId === undefined ? undefined : await findSession(auth.database, sessionId);
  const createdAt = found?.session.createdAt?.getTime() ?? 0;
  return createdAt + FRESH_MS > auth.now();
}

/** Counted outside of the transaction, or a wrong try would undo its own count. */
async function tryNonce(
  auth: AuthContext,
  { user, nonce, password }: UserUpdate,
): Promise<string | undefined> {
  if (nonce === undefined || password === undefined) return undefined;
  const relatesTo = user.email || user.phone || '';
  const id = await tryCode(auth.database, {
    relatesTo,
    types: ['reauthentication_token'],
    codeHash: hashCode(auth, relatesTo, nonce.trim()),
    maxAttempts: auth.config.otp.attempts,
    userId: user.id,
  });
  if (id === undefined) throw authError('reauthentication_not_valid');
  return id;
}

function plainPatch(user: User, { data }: UserUpdate, encryptedPassword: string | undefined): UserPatch {
  return {
    ...(encryptedPassword === undefined ? {} : { encryptedPassword }),
    ...(data === undefined ? {} : { rawUserMetaData: mergeMetadata(user.rawUserMetaData, data) }),
  };
}

/** New members come in, null takes a member out. */
export function mergeMetadata(
  current: Prisma.JsonValue | null,
  more: Readonly<Record<string, unknown>>,
): Prisma.JsonObject {
  const merged = { ...(current as object | null), ...more };
  return Object.fromEntries(Object.entries(merged).filter(([, it]) => it !== null)) as Prisma.JsonObject;
}

async function changeEmail(
  auth: AuthContext,
  connection: Connection,
  user: User,
  email: string,
  { redirectTo, challenge }: UserUpdate,
  sends: (() => void)[],
): Promise<User> {
  if (auth.config.email.autoconfirm) return setEmail(connection, user, email);
  const prepared = await prepareEmailChange(auth, connection, {
    user,
    newEmail: email,
    redirectTo,
    challenge,
  });
  sends.push(prepared.send);
  return prepared.user;
}

async function changePhone(
  auth: AuthContext,
  connection: Connection,
  user: User,
  phone: string,
  { channel }: UserUpdate,
  sends: (() => void)[],
): Promise<User> {
  if ((await findUserByPhone(connection, phone)) !== undefined) throw authError('phone_exists');
  if (auth.config.phone.autoconfirm) return setPhone(connection, user, phone);
  await checkFrequency(auth, 'phone_change', phone);
  await updateUser(connection, user.id, { phoneChange: phone });
  const code = { user, tokenType: 'phone_change_token', to: phone, channel } as const;
  const prepared = await prepareCode(auth, connection, { ...code, kind: 'phone_change' });
  sends.push(prepared.send);
  return prepared.user;
}

/** Sends a code that shows that whoever holds the session also reads the user's mail, or has the phone. */
export async function reauthenticate(auth: AuthContext, user: User, client: Client): Promise<void> {
  const { email, phone } = user;
  const to = email || phone;
  if (!to) throw invalid('Reauthentication requires the user to have an email or a phone number');
  if (email) auth.mailer.assertAvailable();
  else auth.messages.assertAvailable();
  await checkFrequency(auth, 'reauthentication', to);
  const type = 'reauthentication_token' as const;
  if (email) {
    const { code } = await mint(auth, auth.database, { userId: user.id, type, relatesTo: email });
    await updateUser(auth.database, user.id, { reauthenticationSentAt: new Date(auth.now()) });
    const variables = { Token: code, SiteURL: auth.config.siteUrl, Email: email };
    auth.mailer.send({ kind: 'reauthentication', to: email, variables });
  } else {
    const input = { user, tokenType: type, to, channel: 'sms', kind: 'reauthentication' } as const;
    (await prepareCode(auth, auth.database, input)).send();
  }
  audit(auth, { action: 'user_reauthenticate_requested', user, client });
}
