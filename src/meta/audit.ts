/** Writes down what was done with administrative rights. */
import type { Exchange } from '../exchange.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

export type Audit = (
  exchange: Exchange,
  action: string,
  detail: Record<string, string | number>,
) => Promise<void>;

export function createAudit(prisma: PrismaClient): Audit {
  return async ({ caller, requestId }, action, detail) => {
    await prisma.auditEvent.create({
      data: { actorRole: caller.role, actorId: caller.userId ?? null, action, detail, requestId },
    });
  };
}
