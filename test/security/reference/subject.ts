/** The data API under test, from the document down to PostgreSQL, with places where a test may break it on purpose. */
import pg from 'pg';
import { createCaller } from '../../../src/caller.ts';
import type { CallerScope } from '../../../src/caller-scope.ts';
import type { Grants } from '../../../src/data/catalog/grants.ts';
import { LiveCatalog } from '../../../src/data/catalog/live-catalog.ts';
import {
  type CallerRequest,
  CallerRunner,
  type CallerStatement,
  type TransactionEnd,
} from '../../../src/database/as-caller.ts';
import { createPrisma, type Prisma } from '../../../src/database/prisma.ts';
import { AppError } from '../../../src/errors.ts';
import { SchemaEngine } from '../../../src/graphql/engine.ts';
import { createExecutor, type Execute } from '../../../src/graphql/execute.ts';
import { buildPlatformSchemas } from '../../../src/graphql/platform/schema.ts';
import { restErrorReply } from '../../../src/rest/errors.ts';
import { createRestEndpoint } from '../../../src/rest/handler.ts';
import type { RestSettings } from '../../../src/rest/settings.ts';
import { grantsOf } from '../../support/rest-api.ts';
import { restExchange } from '../../support/rest-exchange.ts';
import type { Json } from './evaluate.ts';
import type { GraphqlText } from './query-graphql.ts';
import type { CallerModel } from './schema-model.ts';

/** Ways to break the server, so that a test can see the oracle notice. */
export interface Sabotage {
  readonly caller?: (caller: CallerModel) => CallerModel;
  readonly sql?: (text: string) => string;
  readonly grants?: (grants: Grants) => Grants;
}

/** What a test sees and says of the requests beside their answers. */
export interface Watch {
  /** Of the caller's key. */
  readonly scope?: () => CallerScope | undefined;
  readonly sent?: (statement: CallerStatement) => void;
}

export type Reply =
  | { readonly kind: 'data'; readonly data: Json }
  /** `late`: not by our schema, but by PostgreSQL while it ran. */
  | {
      readonly kind: 'refused';
      readonly late: boolean;
      readonly message: string;
      readonly sqlState: string | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly sqlState: string | undefined };

export interface RestWrite {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Subject {
  /** Reads the database anew. */
  load(): Promise<void>;
  ask(text: GraphqlText, caller: CallerModel): Promise<Reply>;
  /** Over REST, by GET where nothing else is said; `path` is below `/rest/v1`. */
  askRest(path: string, caller: CallerModel, write?: RestWrite): Promise<Reply>;
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

const REST_SETTINGS: RestSettings = {
  schemas: ['public'],
  extraSearchPath: ['extensions'],
  maxRows: 10_000,
  aggregates: false,
  plan: false,
  transactionEnd: 'commit',
};

class WatchedRunner extends CallerRunner {
  readonly #sql: (text: string) => string;
  readonly #sent: (statement: CallerStatement) => void;

  constructor(pool: pg.Pool, { sql = (text) => text }: Sabotage, { sent = () => undefined }: Watch) {
    super(pool, SETTINGS);
    this.#sql = sql;
    this.#sent = sent;
  }

  override runAll(
    requests: readonly CallerRequest[],
    end: TransactionEnd,
  ): ReturnType<CallerRunner['runAll']> {
    for (const { statements } of requests) for (const one of statements) this.#sent(one);
    const changed = requests.map((request) => ({
      ...request,
      statements: request.statements.map((one) => ({ ...one, text: this.#sql(one.text) })),
    }));
    return super.runAll(changed, end);
  }
}

const READ: RestWrite = { method: 'GET', headers: {}, body: undefined };

/** Of `*` + `/3`. */
function countOf(range: string | string[] | undefined): number {
  return Number(String(range).split('/')[1]);
}

export function createSubject(
  urls: { apiUrl: string; platformUrl: string },
  sabotage: Sabotage = {},
  watch: Watch = {},
): Subject {
  // Two connections, so that callers follow each other on the same one.
  const api = new pg.Pool({ connectionString: urls.apiUrl, max: 2, options: '-c jit=off' });
  const platform = new pg.Pool({ connectionString: urls.platformUrl, max: 2 });
  for (const pool of [api, platform]) pool.on('error', () => undefined);
  const prisma: Prisma = createPrisma(platform);
  const unexpected: unknown[] = [];
  const platformSchema = buildPlatformSchemas(prisma.client);
  const runner =
    sabotage.sql || watch.sent ? new WatchedRunner(api, sabotage, watch) : new CallerRunner(api, SETTINGS);
  let execute: Execute | undefined;
  const rest = createRestEndpoint({
    runner,
    observe: (one) => unexpected.push(one),
    grants: (catalog, role) => grantsOf(platform, catalog, role),
  });
  const callerOf = (model: CallerModel) => {
    const { role, claims } = sabotage.caller?.(model) ?? model;
    const kind = role === 'anon' ? 'anonymous' : role === 'service_role' ? 'service' : 'user';
    return createCaller(kind, role, { ...claims }, { scope: watch.scope?.() });
  };

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
      catalog.onModel = async (model) => {
        rest.install(model.catalog, REST_SETTINGS);
        await engine.install(model);
      };
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
      const callerContext = { caller: callerOf(model), headersText: '{}', method: 'POST', path: '/graphql' };
      const { data, errors } = await execute(
        { query, operationName: undefined, variables, readOnly: false, persistedQuery: false },
        { callerContext, requestId: 'oracle' },
      );
      const [error] = errors ?? [];
      if (!error) return { kind: 'data', data: JSON.parse(data ?? 'null') as Json };
      const { code } = error.extensions;
      const sqlState = error.extensions.sqlState as string | undefined;
      if (code === 'validation-failed' || code === 'permission-error')
        return { kind: 'refused', late: code === 'permission-error', message: error.message, sqlState };
      const cause = (unexpected.pop() as { error?: unknown } | undefined)?.error;
      const message = `${error.message} (${String(code)}) ${String(cause ?? '')}`;
      return { kind: 'failed', message, sqlState };
    },
    async askRest(path, model, { method, headers, body: sent } = READ) {
      try {
        const exchange = restExchange(method, path, { caller: callerOf(model), headers, body: sent });
        const { status, headers: told, body } = await rest.handle(exchange);
        const text = String(body);
        // Where no rows are asked for their number is.
        if (status < 300)
          return {
            kind: 'data',
            data: text === '' ? countOf(told['content-range']) : (JSON.parse(text) as Json),
          };
        return { kind: 'failed', message: `${status} ${String(body)}`, sqlState: undefined };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const text = String(restErrorReply(error).body);
        const { code, message } = JSON.parse(text) as { code: string; message: string };
        if (['42501', '23514', '44000'].includes(code))
          return { kind: 'refused', late: true, message, sqlState: code };
        return { kind: 'failed', message: text, sqlState: code };
      }
    },
    async close() {
      await prisma.dispose();
      await Promise.all([api.end(), platform.end()]);
    },
  };
}
