/** Secrets that must come back as they were: kept in the database under a key that the database does not have. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { AuthContext } from './context.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Of a provider, kept until the flow's code is exchanged. */
export const TOKEN_PURPOSE = 'provider token';

type Keyed = Pick<AuthContext, 'secret'>;

/** `purpose` binds what is sealed to its place: moved to another row it does not open. */
export function seal(auth: Keyed, purpose: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(auth), nonce).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Undefined for what was not sealed here, or for another purpose, or under another secret. */
export function unseal(auth: Keyed, purpose: string, sealed: string | null | undefined): string | undefined {
  const bytes = Buffer.from(sealed ?? '', 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, keyOf(auth), bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function keyOf({ secret }: Keyed): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'goforward sealed secrets', KEY_BYTES));
}
