/** The data API under test, from the document down to PostgreSQL, with places where a test may break it on purpose. */
import pg from 'pg';
import { createCaller } from '../../../src/caller.ts';
import type { Grants } from '../../../src/data/catalog/grants.ts';
import { LiveCatalog } from '../../../src/data/catalog/live-catalog.ts';
import { CallerRunner, type CallerStatement } from '../../../src/database/as-caller.ts';
import { createPrisma, type Prisma } from '../../../src/database/prisma.ts';
import { SchemaEngine } from '../../../src/graphql/engine.ts';
import { createExecutor, type Execute } from '../../../src/graphql/execute.ts';
import { buildPlatformSchemas } from '../../../src/graphql/platform/schema.ts';
import type { Json } from './evaluate.ts';
import type { GraphqlText } from './query-graphql.ts';
import type { CallerModel } from './schema-model.ts';

/** Ways to break the server, so that a test can see the oracle notice. */
export interface Sabotage {
  readonly caller?: (caller: CallerModel) => CallerModel;
  readonly sql?: (text: string) => string;
  readonly grants?: (grants: Grants) => Grants;
}

export type Reply =
  | { readonly kind: 'data'; readonly data: Json }
  /** `late`: not by our schema, but by PostgreSQL while it ran. */
  | { readonly kind: 'refused'; readonly late: boolean; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

export interface Subject {
  /** Reads the database anew. */
  load(): Promise<void>;
  ask(text: GraphqlText, caller: CallerModel): Promise<Reply>;
  close(): Promise<void>;
}

const LIMITS = {
  depth: 100,
  tokens: 100_000,
  aliases: 10_000,
  rootFields: 100,
  directives: 100,
  documentBytes: 10_000_000,
  estimatedRows: Number.MAX_SAFE_INTEGER,
  introspection: true,
  suggestions: true,
};

const SETTINGS = {
  searchPath: ['public', 'extensions'],
  statementTimeoutMs: 30_000,
  preparedStatements: true,
};

class SabotagedRunner extends CallerRunner {
  readonly #sql: (text: string) => string;

  constructor(pool: pg.Pool, sql: (text: string) => string) {
    super(pool, SETTINGS);
    this.#sql = sql;
  }

  override run(
    context: Parameters<CallerRunner['run']>[0],
    statements: readonly CallerStatement[],
    options: { readOnly: boolean },
  ): ReturnType<CallerRunner['run']> {
    const changed = statements.map((one) => ({ ...one, text: this.#sql(one.text) }));
    return super.run(context, changed, options);
  }
}

export function createSubject(
  urls: { apiUrl: string; platformUrl: string },
  sabotage: Sabotage = {},
): Subject {
  // Two connections, so that callers follow each other on the same one.
  const api = new pg.Pool({ connectionString: urls.apiUrl, max: 2, options: '-c jit=off' });
  const platform = new pg.Pool({ connectionString: urls.platformUrl, max: 2 });
  for (const pool of [api, platform]) pool.on('error', () => undefined);
  const prisma: Prisma = createPrisma(platform);
  const unexpected: unknown[] = [];
  const platformSchema = buildPlatformSchemas(prisma.client);
  const runner = sabotage.sql ? new SabotagedRunner(api, sabotage.sql) : new CallerRunner(api, SETTINGS);
  let execute: Execute | undefined;

  return {
    async load() {
      const catalog = new LiveCatalog({
        pool: platform,
        schemas: ['public'],
        metadataFile: undefined,
        enumReaders: api,
        enumReader: 'service_role',
        observe: () => undefined,
      });
      const engine = new SchemaEngine({
        limitsOf: () => LIMITS,
        maxRows: 10_000,
        grants: async (model, role) => {
          const grants = await catalog.grants(model.catalog, role);
          return sabotage.grants?.(grants) ?? grants;
        },
        serviceRole: 'service_role',
        platform: platformSchema,
        observe: () => undefined,
      });
      catalog.onModel = (model) => engine.install(model);
      await catalog.load();
      execute = createExecutor({
        engine,
        runner,
        prisma: prisma.client,
        observe: (one) => unexpected.push(one),
      });
    },
    async ask({ query, variables }, model) {
      if (!execute) throw new Error('load first');
      const { role, claims } = sabotage.caller?.(model) ?? model;
      const kind = role === 'anon' ? 'anonymous' : role === 'service_role' ? 'service' : 'user';
      const caller = createCaller(kind, role, { ...claims });
      const callerContext = { caller, headersText: '{}', method: 'POST', path: '/graphql' };
      const { data, errors } = await execute(
        { query, operationName: undefined, variables, readOnly: false, persistedQuery: false },
        { callerContext, requestId: 'oracle' },
      );
      const [error] = errors ?? [];
      if (!error) return { kind: 'data', data: JSON.parse(data ?? 'null') as Json };
      const { code } = error.extensions;
      if (code === 'validation-failed') return { kind: 'refused', late: false, message: error.message };
      if (code === 'permission-error') return { kind: 'refused', late: true, message: error.message };
      const cause = (unexpected.pop() as { error?: unknown } | undefined)?.error;
      return { kind: 'failed', message: `${error.message} (${String(code)}) ${String(cause ?? '')}` };
    },
    async close() {
      await prisma.dispose();
      await Promise.all([api.end(), platform.end()]);
    },
  };
}
