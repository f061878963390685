/** Redeems what was sent: a code that is typed in, or what a link carries. Each counts for exactly one request. */

import { authError, invalid } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import {
  dropTokens,
  type OneTimeToken,
  redeemByHash,
  redeemById,
  type TokenType,
  tryCode,
} from '../store/one-time-tokens.ts';
import { lockUser, mergeIdentity, type User, updateUser } from '../store/users.ts';
import { normalizeEmail, normalizePhone } from './addresses.ts';
import { admit } from './admit.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { confirmEmailChange, setPhone } from './email-change.ts';
import { issueAuthCode } from './flow.ts';
import { hashCode, hashToken } from './one-time.ts';
import { type IssuedSession, issueSession } from './sessions.ts';
import { isBanned } from './sign-in.ts';

export type Verified =
  | { readonly session: IssuedSession }
  /** To be exchanged by whoever began the flow. */
  | { readonly authCode: string }
  /** The other address has to confirm as well. */
  | { readonly half: true };

const BY_MAIL: Readonly<Record<string, readonly TokenType[]>> = {
  signup: ['confirmation_token'],
  invite: ['confirmation_token'],
  magiclink: ['recovery_token', 'confirmation_token'],
  recovery: ['recovery_token'],
  email: ['confirmation_token', 'recovery_token'],
  email_change: ['email_change_token_new', 'email_change_token_current'],
};
const BY_PHONE: Readonly<Record<string, readonly TokenType[]>> = {
  sms: ['phone_confirmation_token'],
  phone_change: ['phone_change_token'],
};

export interface CodeInput {
  readonly type: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly token: string;
  readonly client: Client;
}

export async function verifyCode(auth: AuthContext, input: CodeInput): Promise<Verified> {
  const { email, phone, token, client } = input;
  await admit(auth, client, email ?? phone);
  const types = email === undefined ? BY_PHONE[input.type] : BY_MAIL[input.type];
  if (types === undefined) throw invalid(`Verify requires a verification type that fits`);
  const relatesTo = email === undefined ? normalizePhone(phone ?? '') : normalizeEmail(email);
  const id = await tryCode(auth.database, {
    relatesTo,
    types,
    codeHash: hashCode(auth, relatesTo, token.trim()),
    maxAttempts: auth.config.otp.attempts,
  });
  if (id === undefined) throw authError('otp_expired');
  return redeem(auth, client, { asCode: false, message: undefined }, (connection) =>
    redeemById(connection, id),
  );
}

export interface LinkInput {
  readonly type: string;
  readonly token: string;
  /** A link that was followed ends a flow with a code; a client that sends what the link carries gets the session. */
  readonly followed: boolean;
  readonly client: Client;
}

export async function verifyLink(auth: AuthContext, input: LinkInput): Promise<Verified> {
  await admit(auth, input.client);
  const types = BY_MAIL[input.type];
  if (types === undefined) throw invalid('Verify requires a verification type that fits');
  const message = 'Email link is invalid or has expired';
  return redeem(auth, input.client, { asCode: input.followed, message }, (connection) =>
    redeemByHash(connection, hashToken(input.token), types),
  );
}

export interface Redemption {
  readonly type: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenHash?: string | undefined;
  readonly client: Client;
}

/** A code with the address it was sent to, or what a link carries. */
export async function verify(auth: AuthContext, input: Redemption): Promise<Verified> {
  const { type, email, phone, token, tokenHash, client } = input;
  if (type === undefined) throw invalid('Verify requires a verification type');
  if ((token === undefined) === (tokenHash === undefined))
    throw invalid('Verify requires a token or a token hash');
  if (tokenHash !== undefined && (email !== undefined || phone !== undefined))
    throw invalid('Only the token_hash and type should be provided');
  if (token !== undefined && (email === undefined) === (phone === undefined))
    throw invalid('Only an email address or phone number should be provided on verify');
  return tokenHash === undefined
    ? verifyCode(auth, { type, email, phone, token: token ?? '', client })
    : verifyLink(auth, { type, token: tokenHash, followed: false, client });
}

async function redeem(
  auth: AuthContext,
  client: Client,
  { asCode, message }: { asCode: boolean; message: string | undefined },
  take: (connection: Connection) => Promise<OneTimeToken | undefined>,
): Promise<Verified> {
  return auth.database.transaction(async (connection) => {
    const token = await take(connection);
    const user = token && (await lockUser(connection, token.userId));
    if (token === undefined || user === undefined || user.deletedAt !== null)
      throw authError('otp_expired', message);
    if (isBanned(auth, user)) throw authError('user_banned');
    const proven = await prove(auth, connection, user, token.tokenType as TokenType);
    if (proven === undefined) return { half: true };
    audit(auth, { action: 'login', user: proven, client, traits: { method: 'otp' } });
    if (asCode && token.flowStateId !== null) {
      const authCode = await issueAuthCode(connection, { id: token.flowStateId, userId: user.id });
      if (authCode === undefined) throw authError('flow_state_not_found');
      return { authCode };
    }
    return { session: await issueSession(auth, proven, { method: 'otp', client, connection }) };
  });
}

/** What the redemption says of the user. Undefined: not yet enough. */
async function prove(
  auth: AuthContext,
  connection: Connection,
  user: User,
  type: TokenType,
): Promise<User | undefined> {
  switch (type) {
    case 'confirmation_token':
      return user.emailConfirmedAt === null ? confirm(connection, user, 'email', {}) : user;
    case 'recovery_token':
      // Whoever chose the password had not shown that the address is theirs: it may be somebody who was here before.
      return user.emailConfirmedAt === null
        ? confirm(connection, user, 'email', { encryptedPassword: null })
        : user;
    case 'email_change_token_new':
    case 'email_change_token_current':
      return confirmEmailChange(auth, connection, user);
    case 'phone_confirmation_token':
      return user.phoneConfirmedAt === null ? confirm(connection, user, 'phone', {}) : user;
    case 'phone_change_token':
      if (!user.phoneChange) throw authError('otp_expired');
      return setPhone(connection, user, user.phoneChange);
    default:
      throw authError('otp_expired');
  }
}

export async function confirm(
  connection: Connection,
  user: User,
  kind: 'email' | 'phone',
  patch: { encryptedPassword?: null },
): Promise<User> {
  const verified = { [`${kind}_verified`]: true };
  await mergeIdentity(connection, { userId: user.id, provider: kind, identityData: verified });
  await dropTokens(
    connection,
    user.id,
    kind === 'email' ? ['confirmation_token'] : ['phone_confirmation_token'],
  );
  const updated = await updateUser(connection, user.id, {
    ...patch,
    [`${kind}ConfirmedAt`]: new Date(),
    ...(kind === 'email'
      ? { rawUserMetaData: { ...(user.rawUserMetaData as object), email_verified: true } }
      : {}),
  });
  return updated ?? user;
}
