/**
 * The four API keys, derived from the JWT secret alone: every process with the same secret knows the same keys,
 * and nothing has to be stored. Changing the secret changes them all.
 */
import { createHmac } from 'node:crypto';

export interface ApiKeys {
  /** HS256 JWT with `role: anon`; may be public. */
  readonly anon: string;
  /** HS256 JWT with `role: service_role`; passes row level security. */
  readonly service: string;
  /** Opaque twin of `anon`. */
  readonly publishable: string;
  /** Opaque twin of `service`; also the admin secret. */
  readonly secret: string;
  readonly jwtSecret: string;
}

/** Fixed instants (2026-01-01 and 2036-01-01, UTC): a start time would differ between processes. */
const ISSUED_AT = 1_767_225_600;
export const KEYS_EXPIRE_AT = 2_082_758_400;

export function deriveKeys(jwtSecret: string): ApiKeys {
  return Object.freeze({
    anon: signKey('anon', jwtSecret),
    service: signKey('service_role', jwtSecret),
    publishable: `sb_publishable_${derive('publishable', jwtSecret)}`,
    secret: `sb_secret_${derive('secret', jwtSecret)}`,
    jwtSecret,
  });
}

function signKey(role: string, jwtSecret: string): string {
  const header = encode({ alg: 'HS256', typ: 'JWT' });
  const payload = encode({ role, iss: 'goforward', iat: ISSUED_AT, exp: KEYS_EXPIRE_AT });
  const signature = createHmac('sha256', jwtSecret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}

/** The label separates the two from each other and, having no dot, from anything a token is signed over. */
function derive(label: string, jwtSecret: string): string {
  return createHmac('sha256', jwtSecret).update(`goforward api key: ${label}`).digest('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
