/** Signing in by password. A wrong password, an unknown address and a user without a password are one and the same. */

import { authError, invalid } from '../errors.ts';
import { findUserByEmail, findUserByPhone, replaceHash, type User } from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import type { Weakness } from './passwords/policy.ts';
import { type IssuedSession, issueSession } from './sessions.ts';

export interface PasswordSignIn {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly password: string;
  readonly client: Client;
}

export interface SignedIn extends IssuedSession {
  /** The password would not be taken today. */
  readonly weakPassword: { reasons: Weakness[]; message: string } | undefined;
}

export async function signInWithPassword(auth: AuthContext, input: PasswordSignIn): Promise<SignedIn> {
  const { password, client } = input;
  await admit(auth, client, input.email ?? input.phone);
  const found = await findByAddress(auth, input);
  const user = found?.deletedAt === null ? found : undefined;
  const { matches, outdated } = await auth.passwords.verify(user?.encryptedPassword, password);
  if (user === undefined || !matches) {
    audit(auth, { action: 'login_failed', user, client, traits: { method: 'password' } });
    throw authError('invalid_credentials');
  }
  if (isBanned(auth, user)) throw authError('user_banned', undefined, { status: 400 });
  if (input.email && user.emailConfirmedAt === null) throw authError('email_not_confirmed');
  if (input.phone && user.phoneConfirmedAt === null) throw authError('phone_not_confirmed');
  const passwordHash = outdated ? await rehash(auth, user, password) : (user.encryptedPassword ?? undefined);
  const session = await issueSession(auth, user, { method: 'password', client, passwordHash });
  audit(auth, { action: 'login', user, client, traits: { method: 'password' } });
  return { ...session, weakPassword: auth.passwords.weaknesses(password) };
}

/** Unless the password was changed meanwhile: then the old one, right a moment ago, is right no more. */
async function rehash(auth: AuthContext, user: User, password: string): Promise<string> {
  const hash = await auth.passwords.hash(password);
  if (await replaceHash(auth.database, user.id, user.encryptedPassword, hash)) return hash;
  throw authError('invalid_credentials');
}

async function findByAddress(auth: AuthContext, { email, phone }: PasswordSignIn): Promise<User | undefined> {
  if (email && phone) throw invalid('Only an email address or phone number should be provided on login.');
  if (email) {
    if (!auth.config.email.enabled) throw authError('email_provider_disabled', 'Email logins are disabled');
    return findUserByEmail(auth.database, normalizeEmail(email));
  }
  if (!phone) throw invalid('missing email or phone');
  if (!auth.config.phone.enabled) throw authError('phone_provider_disabled', 'Phone logins are disabled');
  return findUserByPhone(auth.database, normalizePhone(phone));
}

export function isBanned(auth: Pick<AuthContext, 'now'>, user: User): boolean {
  return user.bannedUntil !== null && user.bannedUntil.getTime() > auth.now();
}
