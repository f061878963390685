/** Wires the data API: catalog → schemas per role → endpoints, and the watch that keeps them true. */
import type { AuthContext } from './auth/domain/context.ts';
import type { ApiKeys } from './auth/keys.ts';
import { type Config, limitsOf } from './config.ts';
import { LiveCatalog } from './data/catalog/live-catalog.ts';
import { watchCatalog } from './data/catalog/watch.ts';
import { CallerRunner } from './database/as-caller.ts';
import type { Pools } from './database/pools.ts';
import type { Endpoints } from './gateway/routes.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { SchemaEngine } from './graphql/engine.ts';
import { createExecutor } from './graphql/execute.ts';
import { createGraphiql } from './graphql/graphiql.ts';
import { createHasuraEndpoint } from './graphql/hasura.ts';
import { buildPlatformSchemas, namesOf } from './graphql/platform/schema.ts';
import { createGraphqlEndpoint } from './graphql/server.ts';
import { createAudit } from './meta/audit.ts';
import { createQueryEndpoint } from './meta/query.ts';
import { createReloadEndpoint } from './meta/reload.ts';
import type { Observe } from './observation.ts';

export interface ApiInput {
  readonly config: Config;
  readonly pools: Pools;
  readonly platformUrl: string;
  /** The database tells of DDL by NOTIFY. */
  readonly ddlEvents: boolean;
  readonly prisma: PrismaClient;
  readonly keys: ApiKeys;
  readonly auth: AuthContext;
  readonly observe: Observe;
}

export interface Api {
  readonly endpoints: Endpoints;
  close(): Promise<void>;
}

const SERVICE_ROLE = 'service_role';

export async function createApi(input: ApiInput): Promise<Api> {
  const { config, pools, prisma, observe } = input;
  const { api, database } = config;
  const platform = buildPlatformSchemas(prisma, input.auth);
  const catalog = new LiveCatalog({
    pool: pools.platform,
    schemas: api.schemas,
    metadataFile: api.metadata,
    enumReaders: pools.api,
    enumReader: SERVICE_ROLE,
    reserved: namesOf(platform),
    observe,
  });
  const engine = new SchemaEngine({
    limitsOf: (role) => limitsOf(api.graphql, role),
    maxRows: api.maxRows,
    grants: (model, role) => catalog.grants(model.catalog, role),
    serviceRole: SERVICE_ROLE,
    platform,
    observe,
  });
  catalog.onModel = (model) => engine.install(model);
  // Watched first and read second: nothing that happens in between is missed.
  const watch = await watchCatalog({
    connectionString: input.platformUrl,
    ddlEvents: input.ddlEvents,
    pollMs: database.pollDdlMs,
    metadataFile: api.metadata,
    onChange: () => catalog.reload(),
    observe,
  });
  try {
    await catalog.reload();
    await engine.get(api.anonymousRole);
  } catch (error) {
    await watch.close();
    throw error;
  }
  const runner = new CallerRunner(pools.api, {
    searchPath: [...api.schemas, ...api.extraSearchPath],
    statementTimeoutMs: database.statementTimeoutMs,
    preparedStatements: database.preparedStatements,
  });
  const execute = createExecutor({ engine, runner, prisma, observe });
  const graphiql = api.graphql.graphiql ? createGraphiql(input.keys.anon) : undefined;
  const graphql = createGraphqlEndpoint({ execute, graphiql, batch: api.graphql.batch, observe });
  const audit = createAudit(prisma);
  return {
    endpoints: {
      graphql,
      hasura: createHasuraEndpoint(execute, graphql, observe),
      metaReload: createReloadEndpoint(async () => {
        await catalog.reload();
        return catalog.version;
      }, audit),
      metaQuery: createQueryEndpoint({
        platformUrl: input.platformUrl,
        statementTimeoutMs: database.statementTimeoutMs,
        audit,
      }),
    },
    close: () => watch.close(),
  };
}
