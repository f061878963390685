/** What a token must look like before any key is touched; everything odd is refused here. */
import { AppError } from '../errors.ts';
import { findDuplicateKey } from '../lib/json-duplicate-key.ts';

export interface TokenForm {
  algorithm: string;
  keyId: string | undefined;
  claims: Record<string, unknown>;
}

const MAXIMUM_CHARACTERS = 8192;
const MAXIMUM_KEY_ID_CHARACTERS = 256;
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt']);

/** Header and claims, unverified: the algorithm and key id may choose among our own keys, the claims must wait. */
export function readTokenForm(token: string): TokenForm {
  if (token.length > MAXIMUM_CHARACTERS) throw invalidToken('The token is longer than 8192 characters');
  const [head, body, signature, ...rest] = token.split('.');
  if (!head || !body || !signature || rest.length > 0)
    throw invalidToken('The token does not have the three parts of a JWT', {
      reason: 'parts',
      details: String(token.split('.').length),
    });
  const header = readPart(head, 'header');
  const claims = readPart(body, 'payload');
  decode(signature, 'signature');
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string') throw invalidToken('The token names no algorithm');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAXIMUM_KEY_ID_CHARACTERS)) {
    throw invalidToken('The key id of the token is not a short text');
  }
  if (typ !== undefined && (typeof typ !== 'string' || !TYPES.has(typ.toLowerCase()))) {
    throw invalidToken('The token is not of type JWT');
  }
  // Extensions that we would have to honour to read the token right. Key material in the header (jwk, jku, x5u, x5c)
  // is ignored instead: keys come from the configuration only.
  for (const extension of ['crit', 'b64', 'zip']) {
    if (Object.hasOwn(header, extension)) throw invalidToken(`The token asks for the extension ${extension}`);
  }
  return { algorithm: alg, keyId: kid, claims };
}

/** Faults that a front end may tell apart. */
export type TokenFault =
  | 'no-token'
  | 'parts'
  | 'unsecured'
  | 'algorithm'
  | 'signature'
  | 'cryptography'
  | 'expired'
  | 'not-yet-valid'
  | 'issued-in-future'
  | 'other-audience'
  | 'bad-audience'
  | 'bad-exp'
  | 'bad-nbf'
  | 'bad-iat';

export function invalidToken(
  message: string,
  facts: { reason?: TokenFault; hint?: string; details?: string; cause?: unknown } = {},
): AppError {
  return new AppError('invalid-jwt', message, facts);
}

export function expiredToken(): AppError {
  return invalidToken('The token has expired', {
    reason: 'expired',
    hint: 'Sign in again, or refresh the session.',
  });
}

function readPart(part: string, name: string): Record<string, unknown> {
  const text = decode(part, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidToken(`The ${name} of the token is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidToken(`The ${name} of the token is not an object`);
  }
  const twice = findDuplicateKey(text);
  if (twice !== undefined) throw invalidToken(`The ${name} of the token has a key twice`);
  return value as Record<string, unknown>;
}

/** Decoders skip what they do not know; only the one canonical spelling passes, so a token cannot be respelled. */
function decode(part: string, name: string): string {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw invalidToken(`The ${name} of the token is not base64url`);
  return bytes.toString('utf8');
}
