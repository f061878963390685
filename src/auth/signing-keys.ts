/** The public keys that verify RS, PS, ES and EdDSA tokens, read once from a JWK set. */
import { readFile } from 'node:fs/promises';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import { AppError } from '../errors.ts';

export interface SigningKey {
  keyId: string | undefined;
  algorithm: string;
  key: CryptoKey;
}

const ALGORITHMS_BY_CURVE: Record<string, string> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};
const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

export async function loadSigningKeys(path: string): Promise<SigningKey[]> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw unusable(path, cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  const keys = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length === 0) throw unusable(path, 'has no list `keys`');
  const imported = await Promise.all(keys.map((key, index) => importKey(key as JWK, path, index)));
  return imported.flat();
}

/** An RSA key without `alg` serves every RSA algorithm; the allow-list of the configuration still decides. */
async function importKey(jwk: JWK, path: string, index: number): Promise<SigningKey[]> {
  const algorithms = algorithmsOf(jwk);
  if (algorithms.length === 0) {
    throw unusable(path, `holds in keys[${index}] no RSA, EC or Ed25519 key that can sign`);
  }
  try {
    return await Promise.all(
      algorithms.map(async (algorithm) => ({
        keyId: jwk.kid,
        algorithm,
        key: (await importJWK(publicPart(jwk), algorithm)) as CryptoKey,
      })),
    );
  } catch (cause) {
    throw unusable(path, `holds in keys[${index}] a key that cannot be read`, cause);
  }
}

function algorithmsOf(jwk: JWK): string[] {
  if (jwk?.use !== undefined && jwk.use !== 'sig') return [];
  if (jwk?.kty === 'RSA')
    return jwk.alg === undefined ? RSA_ALGORITHMS : RSA_ALGORITHMS.filter((name) => name === jwk.alg);
  if (jwk?.kty === 'EC' || jwk?.kty === 'OKP') {
    const algorithm = ALGORITHMS_BY_CURVE[jwk.crv ?? ''];
    return algorithm === undefined ? [] : [algorithm];
  }
  return [];
}

/** Only verifies, so the private members of a pair are dropped at the door. */
function publicPart(jwk: JWK): JWK {
  const { kty, crv, x, y, n, e } = jwk;
  return Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  ) as JWK;
}

function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('config-invalid', `auth.jwt.signingKeysFile: ${path} ${reason}`, { cause });
}
