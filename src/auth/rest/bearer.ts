/** Who calls: a user with their session, or an administrator. A bad token is told apart the way clients expect. */
import type { AppError } from '../../errors.ts';
import { type Bearer, bearerOf, userGone, withUser } from '../domain/bearer.ts';
import { authError } from '../errors.ts';
import type { SessionState } from '../store/sessions.ts';
import type { User } from '../store/users.ts';
import type { Call } from './call.ts';

/** The user's token, without asking the database. */
export function requireBearer({ exchange }: Call): Bearer {
  const { caller, cookies, credentialError, headers } = exchange;
  const byCookie = cookies?.spoke === true || credentialError?.code === 'untrusted-origin';
  if (headers.authorization === undefined && !byCookie) throw authError('no_authorization');
  if (credentialError !== undefined) throw badToken(credentialError);
  return bearerOf(caller);
}

export async function requireUser(call: Call): Promise<Bearer & { user: User }> {
  return withUser(call.auth, requireBearer(call));
}

/** The service key, as a bearer or as the apikey. */
export function requireAdmin({ exchange }: Call): void {
  const { caller, credentialError } = exchange;
  if (credentialError !== undefined) throw badToken(credentialError);
  if (caller.kind === 'service') return;
  if (exchange.headers.authorization === undefined) throw authError('no_authorization');
  throw authError('not_admin');
}

const PASSED_OVER: readonly string[] = ['invalid-jwt', 'untrusted-origin'];

/** For calls that need nobody in particular: a wrong key is still wrong; a stale token, and a cookie from elsewhere, are passed over. */
export function allowAnybody({ exchange }: Call): void {
  const { credentialError } = exchange;
  if (credentialError !== undefined && !PASSED_OVER.includes(credentialError.code)) throw credentialError;
}

const GONE: Record<Exclude<SessionState, 'alive'>, () => AppError> = {
  session_not_found: () => authError('session_not_found'),
  user_not_found: userGone,
  user_banned: () => authError('user_banned'),
};

function badToken(error: AppError): AppError {
  if (error.code !== 'invalid-jwt') return error;
  const { reason } = error;
  if (reason !== undefined && isEnd(reason)) return GONE[reason]();
  return authError('bad_jwt', `invalid JWT: unable to parse or verify signature, ${error.message}`);
}

function isEnd(reason: string): reason is keyof typeof GONE {
  return Object.hasOwn(GONE, reason);
}
