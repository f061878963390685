/**
 * Access tokens (JWT) and refresh tokens. A refresh token is the number of its session's step under a key that the
 * database does not have: nothing of it is stored, it can be made anew, and the number says whether it is spent.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from '../signing-keys.ts';

export interface TokenSigner {
  readonly algorithm: string;
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface SignerInput {
  readonly secret: string;
  readonly signingKeys: readonly SigningKey[];
  /** The algorithms of the configuration: a key of another one never signs. */
  readonly algorithms: readonly string[];
}

/** The first key of the set that has a private part signs; without one the secret does. */
export function createSigner({ secret, signingKeys, algorithms }: SignerInput): TokenSigner {
  const chosen = signingKeys.find(
    (key) => key.privateKey !== undefined && algorithms.includes(key.algorithm),
  );
  if (chosen?.privateKey === undefined) return createSecretSigner(secret);
  const { algorithm, privateKey } = chosen;
  const keyId = chosen.publicJwk?.kid ?? chosen.keyId;
  const header = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  return {
    algorithm,
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey),
  };
}

function createSecretSigner(secret: string): TokenSigner {
  const header = encode({ alg: 'HS256', typ: 'JWT' });
  return {
    algorithm: 'HS256',
    async sign(claims) {
      const text = `${header}.${encode(claims)}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    },
  };
}

export interface RefreshToken {
  readonly sessionId: string;
  readonly counter: number;
}

export interface RefreshTokens {
  mint(token: RefreshToken): string;
  /** Undefined for what was not made here. */
  read(text: string): RefreshToken | undefined;
}

const VERSION = 2;
const ID_END = 17;
const BODY_BYTES = 25;
const MAC_BYTES = 16;

export function createRefreshTokens(secret: string): RefreshTokens {
  const key = createHmac('sha256', secret).update('goforward refresh token').digest();
  const seal = (body: Buffer) => createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);
  return {
    mint({ sessionId, counter }) {
      const body = Buffer.alloc(BODY_BYTES);
      body[0] = VERSION;
      body.write(sessionId.replaceAll('-', ''), 1, 'hex');
      body.writeBigUInt64BE(BigInt(counter), ID_END);
      return Buffer.concat([body, seal(body)]).toString('base64url');
    },
    read(text) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return undefined;
      const body = bytes.subarray(0, BODY_BYTES);
      if (body[0] !== VERSION || !timingSafeEqual(seal(body), bytes.subarray(BODY_BYTES))) return undefined;
      const hex = body.toString('hex', 1, ID_END);
      const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      return { sessionId, counter: Number(body.readBigUInt64BE(ID_END)) };
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
