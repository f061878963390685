/** Verified claims, and the role a request asks for → the role it gets. Knows the claims of Supabase and of Hasura. */
import { AppError } from '../errors.ts';
import { invalidToken } from './token-form.ts';

export const HASURA_CLAIMS = 'https://hasura.io/jwt/claims';
export const SERVICE_ROLE = 'service_role';

const MAXIMUM_ROLE_BYTES = 63;

/** What Hasura's clients call the role that may do everything. */
export const ADMIN_ROLE = 'admin';

export function databaseRole(name: string): string {
  return name === ADMIN_ROLE ? SERVICE_ROLE : name;
}

/** Whether a text can be a role at all; `none` would undo the role instead of taking one. */
export function isRoleName(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || name === 'none') return false;
  return Buffer.byteLength(name) <= MAXIMUM_ROLE_BYTES && !name.includes('\0');
}

export interface RoleChoice {
  /** What the client calls the role. */
  name: string;
  /** Session variables of the token, present when it speaks Hasura. */
  session: Record<string, unknown> | undefined;
}

/** The role of a token: the requested one if the token allows it, else the token's default. */
export function chooseRole(
  claims: Readonly<Record<string, unknown>>,
  requested: string | undefined,
  defaultRole: string,
): RoleChoice {
  const session = readSession(claims[HASURA_CLAIMS]);
  const own = claims.role === undefined ? undefined : checkRole(claims.role, 'role');
  const fallback = session?.['x-hasura-default-role'];
  const name = fallback === undefined ? (own ?? defaultRole) : checkRole(fallback, 'x-hasura-default-role');
  const allowed = session?.['x-hasura-allowed-roles'] ?? [name];
  if (!Array.isArray(allowed) || !allowed.every((role) => typeof role === 'string')) {
    throw invalidToken('The claim x-hasura-allowed-roles of the token is not a list of roles');
  }
  const chosen = requested ?? name;
  if (!allowed.includes(chosen)) throw roleNotAllowed();
  return { name: checkRole(chosen, 'x-hasura-allowed-roles'), session };
}

/** Session variables as policies read them: lower-case names, text values. */
export function sessionClaims(
  variables: Readonly<Record<string, unknown>>,
  role: string,
): Record<string, unknown> {
  const session: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith('x-hasura-')) continue;
    session[name] = name === 'x-hasura-allowed-roles' ? value : asText(value);
  }
  session['x-hasura-role'] = role;
  return session;
}

export function roleNotAllowed(): AppError {
  return new AppError('access-denied', 'Your requested role is not in allowed roles', {
    hint: 'x-hasura-role needs a token that allows the role, or x-hasura-admin-secret.',
  });
}

function readSession(claim: unknown): Record<string, unknown> | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) {
    throw invalidToken(`The claim ${HASURA_CLAIMS} of the token is not an object`);
  }
  const session: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(claim)) {
    const lower = name.toLowerCase();
    if (Object.hasOwn(session, lower)) throw invalidToken(`The token has the claim ${lower} twice`);
    session[lower] = value;
  }
  return session;
}

function checkRole(role: unknown, claim: string): string {
  if (!isRoleName(role)) throw invalidToken(`The claim ${claim} of the token is not a role`);
  return role;
}

/** A list becomes a PostgreSQL array literal, so that a policy can cast it. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items = value.map((item) => (item === null ? 'null' : `"${asText(item).replace(/[\\"]/g, '\\$&')}"`));
  return `{${items.join(',')}}`;
}
