/** Who is calling: made once per request by the gateway, read by everything below it. */
import type { CallerScope } from './caller-scope.ts';

export interface Caller {
  readonly kind: 'anonymous' | 'user' | 'service';
  /** The PostgreSQL role that table statements run as. */
  readonly role: string;
  /** `sub` of the token, where it has one. */
  readonly userId: string | undefined;
  /** The claims, as policies read them from `request.jwt.claims`. Always an object, `{"role": …}` at the least. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** `claims` as JSON text, written once per token and not per request. */
  readonly claimsText: string;
  /** Of a key that may do less than its role; undefined: all of it. */
  readonly scope: CallerScope | undefined;
  /** A key that a user has made to act for them, and not the user themself. */
  readonly actsForUser: boolean;
}

/** Builds a Caller; the claims always carry the role, so that a policy may rely on it. */
export function createCaller(
  kind: Caller['kind'],
  role: string,
  claims: Record<string, unknown> = {},
  { scope, actsForUser = false }: { scope?: CallerScope | undefined; actsForUser?: boolean } = {},
): Caller {
  const withRole = { ...claims, role };
  const userId = typeof claims.sub === 'string' ? claims.sub : undefined;
  return Object.freeze({
    kind,
    role,
    userId,
    claims: Object.freeze(withRole),
    claimsText: JSON.stringify(withRole),
    scope,
    actsForUser,
  });
}
