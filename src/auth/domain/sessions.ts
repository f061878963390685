/** Sessions as clients get them: issued at every kind of sign-in, refreshed, elevated by a second factor, ended. */
import type { AppError } from '../../errors.ts';
import { authError } from '../errors.ts';
import type { Connection } from '../store/database.ts';
import {
  elevateSession,
  endSession,
  endSessions,
  findSession,
  insertSession,
  refreshSession,
  type Session,
  type SessionScope,
  takeLegacyToken,
} from '../store/sessions.ts';
import type { User } from '../store/users.ts';
import { assertAudience } from './audience.ts';
import { audit } from './audit.ts';
import type { AuthContext, Client } from './context.ts';
import { userClaims } from './user-claims.ts';

export interface IssuedSession {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  /** In seconds since 1970. */
  readonly expiresAt: number;
  readonly sessionId: string;
  readonly user: User;
}

export interface IssueOptions {
  /** How the user proved who they are: `password`, `otp`, `oauth`, … */
  readonly method: string;
  readonly client: Client;
  /** Within a transaction: the session is undone with it. */
  readonly connection?: Connection | undefined;
  readonly oauthClientId?: string | undefined;
  readonly scopes?: string | undefined;
  /** The hash that the password was held against. */
  readonly passwordHash?: string | undefined;
}

/** The one place where a sign-in becomes a session. */
export async function issueSession(
  auth: AuthContext,
  user: User,
  options: IssueOptions,
): Promise<IssuedSession> {
  const { method, client, connection, oauthClientId, scopes, passwordHash } = options;
  assertAudience(auth, client, user);
  const single = auth.config.sessions.singlePerUser;
  const insert = (on: Connection) =>
    insertSession(on, { userId: user.id, method, ...client, single, oauthClientId, scopes, passwordHash });
  const alone = connection ?? (single ? undefined : auth.database);
  const session = await (alone === undefined ? auth.database.transaction(insert) : insert(alone));
  if (session === undefined && passwordHash !== undefined) throw authError('invalid_credentials');
  if (session === undefined) throw authError('user_banned', undefined, { status: 400 });
  return present(auth, { ...user, lastSignInAt: session.createdAt }, session);
}

const LEGACY_TOKEN = /^[A-Za-z0-9_-]{12}$/;
const FEWEST_CHARACTERS = 12;

/** The next step of a session for its newest refresh token. */
export async function refresh(auth: AuthContext, token: string, client: Client): Promise<IssuedSession> {
  const { config, database } = auth;
  if (token.length < FEWEST_CHARACTERS) throw authError('validation_failed', 'Refresh token is not valid');
  const read =
    auth.refreshTokens.read(token) ??
    (LEGACY_TOKEN.test(token) ? await takeLegacyToken(database, token) : undefined);
  if (read === undefined) throw authError('refresh_token_not_found');
  const found = await refreshSession(database, {
    ...read,
    ...client,
    reuseSeconds: config.refresh.reuseSeconds,
    parentAlways: config.profile === 'supabase',
    timeboxSeconds: config.sessions.timeboxSeconds,
    inactivitySeconds: config.sessions.inactivitySeconds,
  });
  if (found === undefined) throw authError('refresh_token_not_found');
  const { outcome, session, user } = found;
  if (outcome === 'barred') throw authError('user_banned', undefined, { status: 400 });
  if (outcome === 'expired') {
    await end(auth, session.id);
    throw authError('session_expired');
  }
  if (outcome === 'reused') throw await reuse(auth, session, user, client);
  audit(auth, { action: 'token_refreshed', user, client });
  return present(auth, user, session);
}

/** A token that was spent before is in two hands: nobody can tell whose, so the session ends for both. */
async function reuse(auth: AuthContext, session: Session, user: User, client: Client): Promise<AppError> {
  await end(auth, session.id);
  audit(auth, { action: 'token_revoked', user, client, traits: { reason: 'reuse' } });
  return authError('refresh_token_already_used');
}

/** The same session after a second proof. */
export async function elevate(
  auth: AuthContext,
  input: { sessionId: string; userId: string; method: string; factorId?: string; aal: 'aal1' | 'aal2' },
  connection: Connection = auth.database,
): Promise<IssuedSession> {
  const done = await elevateSession(connection, { ...input, factorId: input.factorId });
  const found = done ? await findSession(connection, input.sessionId) : undefined;
  if (found === undefined) throw authError('session_not_found');
  return present(auth, found.user, found.session);
}

export async function signOut(
  auth: AuthContext,
  input: { userId: string; sessionId: string | undefined; scope: SessionScope; client: Client },
): Promise<void> {
  const { userId, sessionId, scope, client } = input;
  // A token without a session has nothing local to end.
  const ended = await endSessions(auth.database, userId, scope, sessionId);
  auth.sessionWatch.forget(ended);
  audit(auth, { action: 'logout', actorId: userId, client, traits: { scope } });
}

/** After a change that old sessions must not outlive: a new password, a ban. */
export async function endOtherSessions(
  auth: AuthContext,
  userId: string,
  keepSessionId?: string,
): Promise<void> {
  const scope = keepSessionId === undefined ? 'global' : 'others';
  auth.sessionWatch.forget(await endSessions(auth.database, userId, scope, keepSessionId));
}

async function end(auth: AuthContext, sessionId: string): Promise<void> {
  await endSession(auth.database, sessionId);
  auth.sessionWatch.forget([sessionId]);
}

async function present(auth: AuthContext, user: User, session: Session): Promise<IssuedSession> {
  const { config, signer, hooks } = auth;
  const issuedAt = Math.floor(auth.now() / 1000);
  const lifetime = config.jwt.expirySeconds;
  const expiresAt = issuedAt + lifetime;
  const claims = {
    ...userClaims(auth, user),
    exp: expiresAt,
    iat: issuedAt,
    aal: session.aal ?? 'aal1',
    amr: session.amr.map(({ method, at }) => ({ method, timestamp: Math.floor(at.getTime() / 1000) })),
    session_id: session.id,
    ...(session.oauthClientId === null ? {} : { client_id: session.oauthClientId }),
    ...(session.scopes === null ? {} : { scope: session.scopes }),
  };
  const signed = hooks.customClaims === undefined ? claims : await hooks.customClaims(claims, user);
  return {
    accessToken: await signer.sign(signed),
    refreshToken: auth.refreshTokens.mint({ sessionId: session.id, counter: session.refreshTokenCounter }),
    expiresIn: lifetime,
    expiresAt,
    sessionId: session.id,
    user,
  };
}
