/** What every resolver gets: who calls, and the platform's tables. */
import type { CallerContext } from '../database/context-statement.ts';
import type { SessionCookieJar } from '../exchange.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';

/** The other end of the connection. */
export interface Client {
  readonly ip: string | undefined;
  readonly agent: string | undefined;
  /** Of the token that is asked for. */
  readonly audience?: string | undefined;
}

export interface GraphqlContext {
  readonly requestId: string;
  readonly callerContext: CallerContext;
  readonly client: Client;
  /** Undefined where sessions are not kept in cookies. */
  readonly cookies?: SessionCookieJar | undefined;
  /** Of a subscription: another token of the same caller. */
  readonly onRenew?: (listener: (renewed: CallerContext) => void) => void;
  /** The platform's tables. It bypasses row level security: only fields of the service schema use it. */
  readonly prisma: PrismaClient;
}
