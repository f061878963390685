/** Who joins: the token of the join, else the key of the connection; and what is said of a token that does not hold. */
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../errors.ts';
import type { SocketHandshake } from '../../socket.ts';

const OPAQUE_PREFIX = 'sb_';

/** Headers of the handshake with the key where the rest of the product looks for it. */
export function connectionHeaders({ headers, query }: SocketHandshake): IncomingHttpHeaders {
  const { 'x-api-key': key, cookie: _cookie, authorization: _bearer, ...rest } = headers;
  // That of the address stands beside it all the time, and two must not differ.
  return key === undefined || query.apikey !== undefined ? rest : { ...rest, apikey: key };
}

export function tokenHeaders(headers: IncomingHttpHeaders, token: string | undefined): IncomingHttpHeaders {
  return isToken(token) ? { ...headers, authorization: `Bearer ${token}` } : headers;
}

export function isToken(token: string | undefined): token is string {
  return token !== undefined && token !== '' && !token.startsWith(OPAQUE_PREFIX);
}

/** Throws AppError where a token lacks what channels live on. Ours always have a role; of others it must be said. */
export function assertComplete(token: string | undefined): void {
  if (!isToken(token)) return;
  const claims = claimsOf(token);
  if (typeof claims.role === 'string' && typeof claims.exp === 'number') return;
  throw new AppError('invalid-jwt', 'Fields `role` and `exp` are required in JWT', { reason: 'incomplete' });
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

/** In the words that clients of Supabase know. */
export function reasonOf(error: AppError, token: string | undefined): string {
  switch (error.reason) {
    case 'expired':
      return `InvalidJWTToken: ${expiredSince(token)}`;
    case 'incomplete':
      return `InvalidJWTToken: ${error.message}`;
    case 'signature':
      return 'JwtSignatureError: Failed to validate JWT signature';
    default:
      return error.code === 'invalid-jwt'
        ? 'MalformedJWT: The token provided is not a valid JWT'
        : `Unauthorized: ${error.message}`;
  }
}

function expiredSince(token: string | undefined): string {
  const { exp } = claimsOf(token ?? '');
  const seconds = typeof exp === 'number' ? Math.max(0, Math.floor(Date.now() / 1000 - exp)) : 0;
  return `Token has expired ${seconds} seconds ago`;
}
