/** Wires the data API: catalog → schemas per role → endpoints, and the watch that keeps them true. */
import { createEngine } from './api-engine.ts';
import type { AuthContext } from './auth/domain/context.ts';
import type { ApiKeys } from './auth/keys.ts';
import { SERVICE_ROLE } from './auth/role-of-claims.ts';
import type { Config } from './config.ts';
import { watchCatalog } from './data/catalog/watch.ts';
import { CallerRunner } from './database/as-caller.ts';
import type { Pools } from './database/pools.ts';
import { readRoleSettings } from './database/role-settings.ts';
import type { Extensions } from './extensions/load.ts';
import { createRouteEndpoint } from './extensions/route-endpoint.ts';
import type { Endpoints } from './gateway/routes.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import { createEventStreams } from './graphql/event-stream.ts';
import { createExecutor } from './graphql/execute.ts';
import { createGraphiql } from './graphql/graphiql.ts';
import { createHasuraEndpoint } from './graphql/hasura.ts';
import { createOperator } from './graphql/operate.ts';
import { createGraphqlEndpoint } from './graphql/server.ts';
import { createSocketEndpoints } from './graphql/sockets/endpoint.ts';
import { createAudit } from './meta/audit.ts';
import { createQueryEndpoint } from './meta/query.ts';
import { createReloadEndpoint } from './meta/reload.ts';
import type { MetricSource } from './metric.ts';
import type { Observe } from './observation.ts';
import { createRealtime } from './realtime/module.ts';
import { createRestEndpoint } from './rest/handler.ts';
import { PREFIX, withRoleSettings } from './rest/role-settings.ts';

export interface ApiInput {
  readonly config: Config;
  readonly pools: Pools;
  readonly platformUrl: string;
  /** Of the login that may follow changes, where there is one. */
  readonly replicationUrl: string | undefined;
  readonly dataDirectory: string | undefined;
  /** The database tells of DDL by NOTIFY. */
  readonly ddlEvents: boolean;
  readonly prisma: PrismaClient;
  readonly keys: ApiKeys;
  readonly auth: AuthContext;
  readonly extensions: Extensions;
  readonly observe: Observe;
}

export interface Api {
  readonly endpoints: Endpoints;
  readonly metrics: MetricSource;
  /** For `/ready`; undefined where changes cannot be followed. */
  readonly changesCheck: (() => string) | undefined;
  /** For the start page. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export async function createApi(input: ApiInput): Promise<Api> {
  const { config, pools, prisma, observe } = input;
  const { api, database } = config;
  const { catalog, engine } = createEngine({ ...input, channels: () => realtime.channels });
  const session = {
    searchPath: [...api.schemas, ...api.extraSearchPath],
    statementTimeoutMs: database.statementTimeoutMs,
    preparedStatements: database.preparedStatements,
  };
  const runner = new CallerRunner(pools.api, session);
  const rest = createRestEndpoint({
    runner,
    observe,
    grants: (known, role) => catalog.grants(known, role),
  });
  const restSettings = {
    schemas: api.schemas,
    extraSearchPath: api.extraSearchPath,
    maxRows: api.maxRows,
    transactionEnd: api.transactionEnd,
    ...api.rest,
  };
  const realtime = await createRealtime({
    ...input,
    runner,
    grants: (known, role) => catalog.grants(known, role),
    serviceRole: SERVICE_ROLE,
  });
  const login =
    (await pools.api.query<{ login: string }>('select session_user as login')).rows[0]?.login ?? '';
  const warned = new Set<string>();
  catalog.onModel = async (model) => {
    const roles = await readRoleSettings(pools.platform, login, PREFIX);
    const warn = (warning: string) => {
      if (!warned.has(warning)) observe({ type: 'catalog-warning', warning });
      warned.add(warning);
    };
    rest.install(model.catalog, withRoleSettings(restSettings, roles, warn));
    await engine.install(model);
    await realtime.follow(model.catalog);
  };
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
    await realtime.close();
    await watch.close();
    throw error;
  }
  const execute = createExecutor({ engine, runner, prisma, observe });
  const graphiql = api.graphql.graphiql ? createGraphiql(input.keys.anon) : undefined;
  const operate = createOperator({
    engine,
    execute,
    liveQueries: realtime.liveQueries,
    prisma,
    rowEvents: realtime.changes?.rowEvents,
    observe,
  });
  const { sockets } = config.server;
  const replyWithEvents = createEventStreams({ operate, limits: sockets, observe });
  const graphql = createGraphqlEndpoint({
    execute,
    replyWithEvents,
    graphiql,
    batch: api.graphql.batch,
    observe,
  });
  const audit = createAudit(prisma);
  return {
    warnings: realtime.warnings,
    metrics: realtime.metrics,
    changesCheck: realtime.check,
    endpoints: {
      graphql,
      rest,
      hasura: createHasuraEndpoint(execute, graphql, observe),
      graphqlSockets: createSocketEndpoints({ operate, maxOperations: sockets.operations, observe }),
      realtimeSocket: realtime.socket,
      realtimeBroadcasts: realtime.broadcasts,
      extensions: input.extensions.routes.map((route) => ({
        ...route,
        endpoint: createRouteEndpoint(route, { pool: pools.api, settings: session }),
      })),
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
    async close() {
      await realtime.close();
      await watch.close();
    },
  };
}
