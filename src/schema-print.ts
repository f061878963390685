/** `goforward schema print`: the SDL that the server serves to a role, from the database as it is now. Only reads. */
import { printSchema } from 'graphql';
import { createEngine } from './api-engine.ts';
import { databaseRole } from './auth/role-of-claims.ts';
import type { Config } from './config.ts';
import { bootstrap } from './database/bootstrap.ts';
import { describeAddress } from './database/connection-url.ts';
import { createPools } from './database/pools.ts';
import { createPrisma } from './database/prisma.ts';
import { AppError } from './errors.ts';
import { type Closers, createClosers } from './gateway/shutdown.ts';
import { visitGround } from './ground.ts';
import type { Observe } from './observation.ts';

export interface SchemaPrint {
  /** `anon` where none is named; `admin` is another word for `service_role`. */
  readonly role: string | undefined;
  readonly observe: Observe;
}

/** Commands beside the server make few requests. */
const CONNECTIONS = 2;

export function createSchemaPrint(config: Config, { role, observe }: SchemaPrint) {
  const closers = createClosers(observe);
  return {
    print: () => print(config, databaseRole(role ?? config.api.anonymousRole), closers, observe),
    /** Ends the connections, and the embedded database where it was started for this. */
    close: () => closers.closeAll(config.server.shutdownTimeoutMs),
  };
}

async function print(config: Config, role: string, closers: Closers, observe: Observe): Promise<string> {
  const ground = await visitGround(config, closers, observe);
  const urls = await logins(config, ground, observe);
  const pools = createPools(urls, { ...config.database, maxConnections: CONNECTIONS }, observe);
  await closers.add('pools', () => pools.close());
  const prisma = createPrisma(pools.platform);
  await closers.add('prisma', () => prisma.dispose());
  const { catalog, engine } = createEngine({ config, pools, prisma: prisma.client, observe });
  await catalog.reload();
  try {
    const { schema } = await engine.get(role);
    return `${printSchema(schema)}\n`;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'access-denied') throw error;
    throw new AppError('access-denied', `There is no role "${role}" that requests can run as.`, {
      hint: 'There are anon, authenticated and service_role, and every role that was granted to authenticator.',
      cause: error,
    });
  }
}

/** The logins that a start has made. What is missing is not made here. */
async function logins(
  config: Config,
  { adminUrl, jwtSecret }: { adminUrl: string; jwtSecret: string },
  observe: Observe,
) {
  const { schemas } = config.api;
  const { defaultPrivileges, apiUrl } = config.database;
  try {
    return await bootstrap({ adminUrl, mode: 'off', jwtSecret, defaultPrivileges, schemas, apiUrl, observe });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bootstrap-needed') throw error;
    throw new AppError(
      'bootstrap-needed',
      `The database at ${describeAddress(adminUrl)} has not been prepared by a start of this server yet.`,
      {
        hint: 'Start the server on it once, with the same settings.',
        cause: error,
      },
    );
  }
}
