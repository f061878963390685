/** Looks up the API keys that an administrator made: only their hashes are kept. */
import type { Prisma } from '../database/prisma.ts';
import type { StoredApiKey } from './authenticate.ts';

/** When a key was used is told to the minute: a write for every request would cost more than it tells. */
const USE_COUNTS_MS = 60_000;

export async function findApiKey(client: Prisma['client'], sha256: string): Promise<StoredApiKey | null> {
  const now = new Date();
  const found = await client.apiKey.findUnique({
    where: {
      keyHash: Buffer.from(sha256, 'hex'),
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
    },
    select: { id: true, role: true, kind: true, lastUsedAt: true },
  });
  if (found === null) return null;
  if ((found.lastUsedAt?.getTime() ?? 0) + USE_COUNTS_MS < now.getTime()) {
    // Not waited for: a request is not slower, nor refused, for the note.
    client.apiKey.update({ where: { id: found.id }, data: { lastUsedAt: now } }).catch(() => undefined);
  }
  return { role: found.role, kind: found.kind === 'secret' ? 'secret' : 'publishable' };
}
