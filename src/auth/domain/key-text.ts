/** The text of a new API key, and what is kept of it. */
import { createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const HINT_CHARACTERS = 4;

export function makeKey(kind: 'publishable' | 'secret' | 'user') {
  const key = `sb_${kind}_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const keyHash = createHash('sha256').update(key).digest();
  return { key, kept: { kind, keyHash, keyHint: key.slice(-HINT_CHARACTERS) } };
}

/** Not revoked, not over. */
export function living(now: Date) {
  return { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}
