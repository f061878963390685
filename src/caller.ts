/** Who is calling: made once per request by the gateway, read by everything below it. */

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
}

/** Builds a Caller; the claims always carry the role, so that a policy may rely on it. */
export function createCaller(
  kind: Caller['kind'],
  role: string,
  claims: Record<string, unknown> = {},
): Caller {
  const withRole = { ...claims, role };
  const userId = typeof claims.sub === 'string' ? claims.sub : undefined;
  return Object.freeze({
    kind,
    role,
    userId,
    claims: Object.freeze(withRole),
    claimsText: JSON.stringify(withRole),
  });
}
