/** Prisma over our own pool, for the platform's tables. It bypasses row level security: never pass it a caller's filter. */
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';

export interface Prisma {
  readonly client: PrismaClient;
  /** Loads the query compiler ahead of the first request (about 140 ms). */
  warm(): Promise<void>;
  /** Lets go of the pool without ending it. */
  dispose(): Promise<void>;
}

export function createPrisma(pool: Pool): Prisma {
  const client = new PrismaClient({ adapter: new PrismaPg(pool) });
  return Object.freeze({
    client,
    warm: async () => {
      await client.setting.findFirst({ select: { key: true } });
    },
    dispose: () => client.$disconnect(),
  });
}
