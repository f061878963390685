/** The keys that verify tokens, and the one that signs ours, read once from a JWK set. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import { AppError } from '../errors.ts';

export interface SigningKey {
  keyId: string | undefined;
  algorithm: string;
  key: CryptoKey | KeyObject;
  /** Where the file has it: the key may sign. */
  privateKey?: CryptoKey | KeyObject | undefined;
  /** What others may know of it; nothing of a secret that both sides share. */
  publicJwk?: JWK | undefined;
}

const ALGORITHMS_BY_CURVE: Record<string, string> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};
const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const MINIMUM_SECRET_BYTES = 32;

export async function loadSigningKeys(path: string): Promise<SigningKey[]> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw unusable(path, cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  const keys = Array.isArray(document) ? document : (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length === 0) throw unusable(path, 'has no list `keys`');
  const imported = await Promise.all(keys.map((key, index) => importKey(key as JWK, path, index)));
  return imported.flat();
}

/** An RSA key without `alg` serves every RSA algorithm; the allow-list of the configuration still decides. */
async function importKey(jwk: JWK, path: string, index: number): Promise<SigningKey[]> {
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length === 0) {
    throw unusable(path, `holds in keys[${index}] no RSA, EC, Ed25519 or HMAC key that can sign`);
  }
  try {
    const keyId = jwk.kid ?? (await calculateJwkThumbprint(jwk));
    if (jwk.kty === 'oct') return [importSecret(jwk, keyId, algorithms[0] ?? 'HS256')];
    const isPrivate = jwk.d !== undefined && (jwk.key_ops === undefined || jwk.key_ops.includes('sign'));
    return await Promise.all(
      algorithms.map(async (algorithm) => ({
        // A token of an older key may name none; what we sign always does.
        keyId: jwk.kid,
        algorithm,
        key: (await importJWK(publicPart(jwk), algorithm)) as CryptoKey,
        privateKey: isPrivate ? ((await importJWK(privatePart(jwk), algorithm)) as CryptoKey) : undefined,
        publicJwk: { ...publicPart(jwk), kid: keyId, alg: algorithm, use: 'sig', key_ops: ['verify'] },
      })),
    );
  } catch (cause) {
    throw unusable(path, `holds in keys[${index}] a key that cannot be read`, cause);
  }
}

function importSecret(jwk: JWK, keyId: string, algorithm: string): SigningKey {
  const bytes = Buffer.from(jwk.k ?? '', 'base64url');
  if (bytes.length < MINIMUM_SECRET_BYTES) throw new Error('the secret is shorter than 32 bytes');
  const key = createSecretKey(bytes);
  const mayVerifyOnly = jwk.key_ops !== undefined && !jwk.key_ops.includes('sign');
  return { keyId, algorithm, key, privateKey: mayVerifyOnly ? undefined : key };
}

function algorithmsOf(jwk: JWK): string[] {
  if (jwk?.use !== undefined && jwk.use !== 'sig') return [];
  if (jwk?.kty === 'RSA')
    return jwk.alg === undefined ? RSA_ALGORITHMS : RSA_ALGORITHMS.filter((name) => name === jwk.alg);
  if (jwk?.kty === 'EC' || jwk?.kty === 'OKP') {
    const algorithm = ALGORITHMS_BY_CURVE[jwk.crv ?? ''];
    return algorithm === undefined ? [] : [algorithm];
  }
  if (jwk?.kty === 'oct') return SECRET_ALGORITHMS.filter((name) => name === (jwk.alg ?? 'HS256'));
  return [];
}

/** Uses that a file states are for both halves of a pair; the half that signs may only sign. */
function privatePart({ key_ops: _operations, use: _use, ...jwk }: JWK): JWK {
  return { ...jwk, key_ops: ['sign'] };
}

/** What verifies, without the private members of a pair. */
function publicPart(jwk: JWK): JWK {
  const { kty, crv, x, y, n, e } = jwk;
  return Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  ) as JWK;
}

function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('config-invalid', `auth.jwt.signingKeysFile: ${path} ${reason}`, { cause });
}
