/** What every resolver gets: who calls, and the way to the database. */
import type { GraphQLResolveInfo } from 'graphql';
import type { CallerContext } from '../database/as-caller.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

export interface GraphqlContext {
  readonly requestId: string;
  readonly callerContext: CallerContext;
  /** The platform's tables. It bypasses row level security: only fields of the service schema use it. */
  readonly prisma: PrismaClient;
  /** Answers the root fields of tables where they are mixed with others: all of an operation by one statement. */
  readonly tables: { resolve(info: GraphQLResolveInfo): Promise<unknown> };
}
