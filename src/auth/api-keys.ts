/** The API keys that an administrator made: only their hashes are kept. */
import type { Prisma } from '../database/prisma.ts';
import type { StoredApiKey } from './authenticate.ts';

export async function findApiKey(client: Prisma['client'], sha256: string): Promise<StoredApiKey | null> {
  const found = await client.apiKey.findUnique({
    where: { keyHash: Buffer.from(sha256, 'hex'), revokedAt: null },
    select: { role: true, kind: true },
  });
  if (found === null) return null;
  return { role: found.role, kind: found.kind === 'secret' ? 'secret' : 'publishable' };
}
