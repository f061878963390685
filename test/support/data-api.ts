/** The data API over a test's database, wired as src/api.ts does, without HTTP: requests go in as text and a role. */

import { type Caller, createCaller } from '../../src/caller.ts';
import { limitsOf, loadConfig } from '../../src/config.ts';
import { LiveCatalog } from '../../src/data/catalog/live-catalog.ts';
import type { ApiModel } from '../../src/data/catalog/model.ts';
import { type Watch, watchCatalog } from '../../src/data/catalog/watch.ts';
import type { CallerContext } from '../../src/database/context-statement.ts';
import { createPools, type Pools } from '../../src/database/pools.ts';
import { createPrisma } from '../../src/database/prisma.ts';
import type { PrismaClient } from '../../src/generated/prisma/client.ts';
import { SchemaEngine } from '../../src/graphql/engine.ts';
import { createExecutor, type Execute, outcomeText } from '../../src/graphql/execute.ts';
import { buildPlatformSchemas, namesOf } from '../../src/graphql/platform/schema.ts';
import type { Observation } from '../../src/observation.ts';
import type { TestDatabase } from './database.ts';
import { RecordingRunner } from './recording-runner.ts';

export interface DataApiOptions {
  /** As in the environment: `GOFORWARD_API_MAX_ROWS`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly schemas?: readonly string[];
  readonly metadataFile?: string;
  /** Follows the database, told by its event trigger or by polling. */
  readonly watch?: { readonly ddlEvents: boolean; readonly pollMs: number };
}

export interface Answer {
  readonly data?: Record<string, unknown>;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

export interface DataApi {
  readonly engine: SchemaEngine;
  readonly runner: RecordingRunner;
  readonly pools: Pools;
  readonly prisma: PrismaClient;
  readonly catalog: LiveCatalog;
  readonly execute: Execute;
  readonly observations: readonly Observation[];
  /** The newest model. */
  model(): ApiModel;
  /** The body of the answer as it would be sent. */
  text(query: string, role?: string, variables?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The same, parsed. */
  ask(query: string, role?: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Warnings about the catalog so far. */
  warnings(): string[];
  close(): Promise<void>;
}

export function contextOf(role: string, claims: Record<string, unknown> = {}): CallerContext {
  const kind: Caller['kind'] = role === 'anon' ? 'anonymous' : role === 'service_role' ? 'service' : 'user';
  return { caller: createCaller(kind, role, claims), headersText: '{}', method: 'POST', path: '/graphql' };
}

export async function openDataApi(database: TestDatabase, options: DataApiOptions = {}): Promise<DataApi> {
  const { env = {}, metadataFile } = options;
  const config = loadConfig({ env: { ...env }, cwd: '/nonexistent' });
  const schemas = options.schemas ?? config.api.schemas;
  const observations: Observation[] = [];
  const observe = (observation: Observation) => void observations.push(observation);
  const pools = createPools(database, { ...config.database, maxConnections: 4 }, observe);
  const prisma = createPrisma(pools.platform);
  const platform = buildPlatformSchemas(prisma.client);
  const catalog = new LiveCatalog({
    pool: pools.platform,
    schemas,
    metadataFile,
    enumReaders: pools.api,
    enumReader: 'service_role',
    reserved: namesOf(platform),
    observe,
  });
  const engine = new SchemaEngine({
    limitsOf: (role) => limitsOf(config.api.graphql, role),
    maxRows: config.api.maxRows,
    grants: (model, role) => catalog.grants(model.catalog, role),
    serviceRole: 'service_role',
    platform,
    observe,
  });
  let model: ApiModel | undefined;
  catalog.onModel = (next) => {
    model = next;
    return engine.install(next);
  };
  const watch: Watch | undefined =
    options.watch &&
    (await watchCatalog({
      connectionString: database.platformUrl,
      ...options.watch,
      metadataFile,
      onChange: () => catalog.reload(),
      observe,
    }));
  await catalog.reload();
  const runner = new RecordingRunner(pools.api, {
    searchPath: [...schemas, ...config.api.extraSearchPath],
    statementTimeoutMs: config.database.statementTimeoutMs,
    preparedStatements: config.database.preparedStatements,
  });
  const execute = createExecutor({ engine, runner, prisma: prisma.client, observe });
  const text = async (query: string, role = 'anon', variables: Readonly<Record<string, unknown>> = {}) => {
    const request = { query, operationName: undefined, variables, readOnly: false, persistedQuery: false };
    return outcomeText(await execute(request, { callerContext: contextOf(role), requestId: 'test' }));
  };
  return {
    engine,
    runner,
    pools,
    prisma: prisma.client,
    catalog,
    execute,
    observations,
    model: () => model!,
    text,
    ask: async (...request) => JSON.parse(await text(...request)) as Answer,
    warnings: () => observations.flatMap((one) => (one.type === 'catalog-warning' ? [one.warning] : [])),
    close: async () => {
      await watch?.close();
      await prisma.dispose();
      await pools.close();
    },
  };
}
