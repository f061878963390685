/** Token text → verified claims. Signature by jose; the algorithm chooses the key, never the other way round. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { type CryptoKey, errors, jwtVerify } from 'jose';
import type { Config } from '../config.ts';
import type { SigningKey } from './signing-keys.ts';
import { invalidToken, readTokenForm, type TokenForm } from './token-form.ts';

export interface VerifiedToken {
  claims: Readonly<Record<string, unknown>>;
  /** `exp` and `nbf` in seconds; infinite where the token has none. */
  expiresAt: number;
  notBefore: number;
}

export type VerifyToken = (token: string) => Promise<VerifiedToken>;

export interface VerifierInput {
  jwt: Pick<Config['auth']['jwt'], 'algorithms' | 'audience' | 'issuer' | 'leewaySeconds'>;
  secret: string;
  signingKeys: readonly SigningKey[];
  /** Milliseconds; a test may stop the clock. */
  now: () => number;
}

export function createVerifier({ jwt, secret, signingKeys, now }: VerifierInput): VerifyToken {
  const allowed = new Set<string>(jwt.algorithms);
  const secretKey = createSecretKey(Buffer.from(secret));

  return async (token) => {
    const form = readTokenForm(token);
    if (!allowed.has(form.algorithm))
      throw invalidToken('The signature algorithm of the token is not accepted');
    const payload = await verifySignature(token, form, keysFor(form));
    checkAudience(payload.aud, jwt.audience);
    checkIssuer(payload.iss, jwt.issuer);
    return { claims: payload, expiresAt: payload.exp ?? Infinity, notBefore: payload.nbf ?? -Infinity };
  };

  function keysFor(form: TokenForm): (KeyObject | CryptoKey)[] {
    const own = form.algorithm.startsWith('HS') ? [secretKey] : [];
    const usable = signingKeys.filter((candidate) => candidate.algorithm === form.algorithm);
    const named = usable
      .filter(
        (candidate) =>
          form.keyId === undefined || candidate.keyId === undefined || candidate.keyId === form.keyId,
      )
      .map((candidate) => candidate.key);
    return [...named, ...own];
  }

  async function verifySignature(token: string, form: TokenForm, keys: (KeyObject | CryptoKey)[]) {
    for (const key of keys) {
      try {
        const verified = await jwtVerify(token, key, {
          algorithms: [form.algorithm],
          clockTolerance: jwt.leewaySeconds,
          currentDate: new Date(now()),
        });
        return verified.payload;
      } catch (cause) {
        if (cause instanceof errors.JWTExpired)
          throw invalidToken('The token has expired', 'Sign in again, or refresh the session.');
        if (cause instanceof errors.JWTClaimValidationFailed)
          throw invalidToken(`The claim ${cause.claim} of the token does not hold`);
        if (!(cause instanceof errors.JWSSignatureVerificationFailed))
          throw invalidToken('The token cannot be verified', undefined, cause);
      }
    }
    throw invalidToken('The signature of the token is wrong');
  }
}

/** Checked where present: the anon and service keys have none. */
function checkAudience(audience: unknown, wanted: string): void {
  if (audience === undefined) return;
  const audiences = Array.isArray(audience) ? audience : [audience];
  if (!audiences.includes(wanted)) throw invalidToken('The token is for another audience');
}

function checkIssuer(issuer: unknown, wanted: string | undefined): void {
  if (wanted === undefined || issuer === wanted) return;
  throw invalidToken('The token is from another issuer');
}
