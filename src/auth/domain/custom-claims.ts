/** What code of an extension may make of the claims of an access token: add, change and leave out, but not those that the server stands on. */
import { isDeepStrictEqual } from 'node:util';
import { ADMIN_ROLE, HASURA_CLAIMS, isRoleName, SERVICE_ROLE } from '../role-of-claims.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Who the user is, how they proved it, and how long the token is good for. */
const RESERVED = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'session_id',
  'aal',
  'amr',
  'is_anonymous',
  'client_id',
  'scope',
];

/** A token that holds more is longer than any door takes. */
const MAX_BYTES = 5500;

/** Left out, a reserved claim stays; changed, it is a mistake. Throws what the log is to say. */
export function mergeClaims(original: Claims, returned: unknown): Record<string, unknown> {
  if (typeof returned !== 'object' || returned === null || Array.isArray(returned))
    throw new TypeError('customClaims must return an object of claims');
  const claims = JSON.parse(JSON.stringify(returned)) as Record<string, unknown>;
  for (const name of RESERVED) {
    if (!Object.hasOwn(original, name)) {
      if (Object.hasOwn(claims, name)) throw new Error(`customClaims must not set the claim ${name}`);
      continue;
    }
    if (Object.hasOwn(claims, name) && !isDeepStrictEqual(claims[name], plain(original[name])))
      throw new Error(`customClaims must not change the claim ${name}`);
    claims[name] = original[name];
  }
  claims.role ??= original.role;
  if (claims.role !== original.role) assertOrdinary(claims.role, 'role');
  assertOrdinaryRoles(claims[HASURA_CLAIMS]);
  const bytes = Buffer.byteLength(JSON.stringify(claims));
  if (bytes > MAX_BYTES)
    throw new Error(`customClaims made ${bytes} bytes of claims, ${MAX_BYTES} are the most`);
  return claims;
}

function plain(it: unknown): unknown {
  return it === undefined ? undefined : JSON.parse(JSON.stringify(it));
}

/** The roles that a token could ask for by `x-hasura-role`, too. */
function assertOrdinaryRoles(session: unknown): void {
  if (typeof session !== 'object' || session === null) return;
  for (const [name, it] of Object.entries(session)) {
    if (!/^x-hasura-(default-role|allowed-roles|role)$/i.test(name)) continue;
    for (const role of Array.isArray(it) ? it : [it]) assertOrdinary(role, name);
  }
}

/** Whether the login of the API may take the role PostgreSQL says; the one that passes row level security is for keys alone. */
function assertOrdinary(role: unknown, claim: string): void {
  if (!isRoleName(role) || role === SERVICE_ROLE || role === ADMIN_ROLE)
    throw new Error(`customClaims must not make ${claim} ${JSON.stringify(role)}`);
}
