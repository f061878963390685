/** What every resolver gets: who calls, and the platform's tables. */
import type { CallerContext } from '../database/context-statement.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

export interface GraphqlContext {
  readonly requestId: string;
  readonly callerContext: CallerContext;
  /** The platform's tables. It bypasses row level security: only fields of the service schema use it. */
  readonly prisma: PrismaClient;
}
