/** The REST API over a test's database, wired as src/api.ts does, without HTTP: requests go in as method, address and role. */
import type pg from 'pg';
import { type Caller, createCaller } from '../../src/caller.ts';
import { loadConfig } from '../../src/config.ts';
import type { Catalog } from '../../src/data/catalog/catalog.ts';
import { type Grants, loadGrants } from '../../src/data/catalog/grants.ts';
import { introspect } from '../../src/data/catalog/introspect.ts';
import { createPools } from '../../src/database/pools.ts';
import { AppError } from '../../src/errors.ts';
import type { Exchange, Reply } from '../../src/exchange.ts';
import { createRestEndpoint } from '../../src/rest/handler.ts';
import type { RestSettings } from '../../src/rest/settings.ts';
import type { TestDatabase } from './database.ts';
import { RecordingRunner } from './recording-runner.ts';
import { restExchange } from './rest-exchange.ts';

export interface RestApiOptions {
  readonly schemas?: readonly string[];
  readonly settings?: Partial<RestSettings>;
}

export interface RestRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly role?: string;
  readonly claims?: Record<string, unknown>;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Reply['headers'];
  readonly text: string;
  /** The body, parsed. */
  readonly json: unknown;
}

export interface RestApi {
  readonly runner: RecordingRunner;
  /** The newest catalog, and what holds beside it. */
  installed(): { readonly catalog: Catalog; readonly settings: RestSettings };
  /** `path` is below `/rest/v1`. */
  ask(method: string, path: string, options?: RestRequestOptions): Promise<RestAnswer>;
  /** Reads the catalog anew. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** As LiveCatalog reads them. */
export async function grantsOf(pool: pg.Pool, catalog: Catalog, role: string): Promise<Grants> {
  const client = await pool.connect();
  try {
    return await loadGrants(client, catalog, role);
  } finally {
    client.release();
  }
}

export async function openRestApi(
  database: Pick<TestDatabase, 'platformUrl' | 'apiUrl'>,
  options: RestApiOptions = {},
): Promise<RestApi> {
  const config = loadConfig({ env: {}, cwd: '/nonexistent' });
  const schemas = options.schemas ?? config.api.schemas;
  const observe = () => undefined;
  const pools = createPools(database, { ...config.database, maxConnections: 4 }, observe);
  const { extraSearchPath, maxRows, transactionEnd, rest } = config.api;
  const settings: RestSettings = {
    schemas,
    extraSearchPath,
    maxRows,
    transactionEnd,
    ...rest,
    ...options.settings,
  };
  const runner = new RecordingRunner(pools.api, {
    searchPath: [...schemas, ...extraSearchPath],
    statementTimeoutMs: config.database.statementTimeoutMs,
    preparedStatements: true,
  });
  const endpoint = createRestEndpoint({
    runner,
    observe,
    grants: (known, role) => grantsOf(pools.platform, known, role),
  });
  let version = 0;
  let catalog: Catalog | undefined;
  const reload = async () => {
    const client = await pools.platform.connect();
    try {
      version += 1;
      catalog = await introspect(client, schemas, version);
      endpoint.install(catalog, settings);
    } finally {
      client.release();
    }
  };
  await reload();
  return {
    runner,
    installed: () => ({ catalog: catalog!, settings }),
    reload,
    ask: async (method, path, request = {}) => {
      const exchange = exchangeOf(method, path, request);
      let reply: Reply;
      try {
        reply = await endpoint.handle(exchange);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        reply = endpoint.renderError?.(error, { path, requestId: 'test' }) as Reply;
      }
      const text = await textOf(reply.body);
      return {
        status: reply.status,
        headers: reply.headers,
        text,
        get json() {
          return JSON.parse(text) as unknown;
        },
      };
    },
    close: () => pools.close(),
  };
}

async function textOf(body: Reply['body']): Promise<string> {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString('latin1');
  let text = '';
  for await (const piece of body) text += piece;
  return text;
}

function exchangeOf(
  method: string,
  path: string,
  { headers, body, role = 'anon', claims }: RestRequestOptions,
): Exchange {
  const kind: Caller['kind'] = role === 'anon' ? 'anonymous' : role === 'service_role' ? 'service' : 'user';
  return restExchange(method, path, { caller: createCaller(kind, role, claims), headers, body });
}
