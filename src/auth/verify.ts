/** Token text → verified claims. Signature by jose; the algorithm chooses the key, never the other way round. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { type CryptoKey, errors, jwtVerify } from 'jose';
import type { Config } from '../config.ts';
import type { SigningKey } from './signing-keys.ts';
import { expiredToken, invalidToken, readTokenForm, type TokenFault, type TokenForm } from './token-form.ts';

export interface VerifiedToken {
  claims: Readonly<Record<string, unknown>>;
  /** `exp` and `nbf` in seconds; infinite where the token has none. */
  expiresAt: number;
  notBefore: number;
}

export type VerifyToken = (token: string) => Promise<VerifiedToken>;

export interface VerifierInput {
  jwt: Pick<Config['auth']['jwt'], 'algorithms' | 'audience' | 'otherAudiences' | 'issuer' | 'leewaySeconds'>;
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
      throw invalidToken('The signature algorithm of the token is not accepted', {
        reason: form.algorithm === 'none' ? 'unsecured' : 'algorithm',
      });
    const payload = await verifySignature(token, form, keysFor(form));
    checkIssueTime(payload.iat, now() / 1000 + jwt.leewaySeconds);
    checkAudience(payload.aud, [jwt.audience, ...jwt.otherAudiences]);
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
        if (cause instanceof errors.JWTExpired) throw expiredToken();
        if (cause instanceof errors.JWTClaimValidationFailed)
          throw invalidToken(`The claim ${cause.claim} of the token does not hold`, claimFault(cause));
        if (!(cause instanceof errors.JWSSignatureVerificationFailed))
          throw invalidToken('The token cannot be verified', { reason: 'cryptography', cause });
      }
    }
    throw invalidToken('The signature of the token is wrong', { reason: 'signature' });
  }
}

function claimFault({ claim, reason }: errors.JWTClaimValidationFailed): { reason?: TokenFault } {
  if (claim === 'nbf' && reason === 'check_failed') return { reason: 'not-yet-valid' };
  return claim === 'exp' || claim === 'nbf' ? { reason: `bad-${claim}` } : {};
}

function checkIssueTime(issuedAt: unknown, latest: number): void {
  if (issuedAt === undefined) return;
  if (typeof issuedAt !== 'number')
    throw invalidToken('The claim iat of the token is not a number', { reason: 'bad-iat' });
  if (issuedAt > latest)
    throw invalidToken('The token was issued in the future', { reason: 'issued-in-future' });
}

/** Checked where present: the anon and service keys have none. */
function checkAudience(audience: unknown, wanted: readonly string[]): void {
  if (audience === undefined) return;
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.every((one) => typeof one === 'string'))
    throw invalidToken('The audience of the token is no text', { reason: 'bad-audience' });
  if (!audiences.some((one) => wanted.includes(one as string)))
    throw invalidToken('The token is for another audience', { reason: 'other-audience' });
}

function checkIssuer(issuer: unknown, wanted: string | undefined): void {
  if (wanted === undefined || issuer === wanted) return;
  throw invalidToken('The token is from another issuer');
}
