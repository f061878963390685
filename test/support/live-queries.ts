/** Live queries over a test's database without sockets: woken by the test, and with everything that was sent. */
import type { GraphQLError } from 'graphql';
import { createCaller } from '../../src/caller.ts';
import { readsHeaders } from '../../src/database/reads-headers.ts';
import type { Requester } from '../../src/graphql/execute.ts';
import { createOperator, type OperationSink, type RunningOperation } from '../../src/graphql/operate.ts';
import { LiveQueries } from '../../src/realtime/live-queries/live-queries.ts';
import type { LiveStatement, Reach } from '../../src/realtime/live-queries/live-statement.ts';
import { type DataApi, type DataApiOptions, openDataApi } from './data-api.ts';
import type { TestDatabase } from './database.ts';

export interface Heard extends OperationSink {
  readonly texts: readonly string[];
  readonly errors: readonly GraphQLError[];
  readonly operation: RunningOperation;
  /** The text of this number, of those that came or will come. */
  text(index: number): Promise<string>;
  failure(): Promise<GraphQLError>;
}

export interface LiveApi {
  readonly api: DataApi;
  readonly liveQueries: LiveQueries;
  /** Statements sent since it was asked last. */
  statements(): number;
  subscribe(query: string, options?: SubscribeOptions): Heard;
  /** Resolves when nobody waits for a run and none is under way. */
  quiet(): Promise<void>;
  /** As the server does when the catalog was read anew. */
  reload(): Promise<void>;
  oid(table: string): number;
  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly role?: string;
  readonly claims?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly variables?: Record<string, unknown>;
}

export async function openLiveApi(
  database: TestDatabase,
  options: DataApiOptions & {
    readonly isToldOfChanges?: boolean;
    readonly maxBatches?: number;
    readonly reach?: (live: LiveStatement) => Reach;
  } = {},
): Promise<LiveApi> {
  const api = await openDataApi(database, options);
  let headersMatter = true;
  let running = 0;
  const liveQueries = new LiveQueries({
    runner: {
      run: async (...request) => {
        running += 1;
        try {
          return await api.runner.run(...request);
        } finally {
          running -= 1;
        }
      },
    },
    maxBatches: options.maxBatches ?? 2,
    debounceMs: 5,
    isToldOfChanges: () => options.isToldOfChanges ?? true,
    reach:
      options.reach ?? (({ tables, callsRoutines }) => ({ tables, isUntold: callsRoutines, mayPin: false })),
    headersMatter: () => headersMatter,
  });
  const { engine, execute } = api;
  const operate = createOperator({
    engine,
    execute,
    liveQueries,
    prisma: api.prisma,
    rowEvents: undefined,
    observe: () => undefined,
  });
  let counted = 0;
  const reload = async () => {
    await api.catalog.reload();
    headersMatter = await readsHeaders(api.pools.platform);
    await liveQueries.refresh();
  };
  await reload();
  return {
    api,
    liveQueries,
    statements() {
      const since = api.runner.statementCount - counted;
      counted += since;
      return since;
    },
    subscribe(query, given = {}) {
      return new Recording((sink) =>
        operate(
          {
            query,
            operationName: undefined,
            variables: given.variables ?? {},
            readOnly: false,
            persistedQuery: false,
          },
          requesterOf(given),
          sink,
        ),
      );
    },
    async quiet() {
      let calm = 0;
      while (calm < 3) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        calm = liveQueries.waiting === 0 && running === 0 ? calm + 1 : 0;
      }
    },
    reload,
    oid: (name) => api.model().tables.find((one) => one.name === name)!.table.oid,
    async close() {
      liveQueries.close();
      await api.close();
    },
  };
}

export function requesterOf({ role = 'anon', claims = {}, headers = {} }: SubscribeOptions): Requester {
  const kind = role === 'anon' ? 'anonymous' : role === 'service_role' ? 'service' : 'user';
  const caller = createCaller(kind, role, claims);
  const context = { caller, headersText: JSON.stringify(headers), method: 'GET', path: '/graphql' };
  return { callerContext: context, requestId: 'test' };
}

class Recording implements Heard {
  readonly texts: string[] = [];
  readonly errors: GraphQLError[] = [];
  readonly operation: RunningOperation;
  readonly #waiting = new Set<() => void>();

  constructor(start: (sink: OperationSink) => RunningOperation) {
    this.operation = start(this);
  }

  next(text: string): void {
    this.texts.push(text);
    for (const look of this.#waiting) look();
  }

  error(errors: readonly GraphQLError[]): void {
    this.errors.push(...errors);
    for (const look of this.#waiting) look();
  }

  complete(): void {}

  text(index: number): Promise<string> {
    return this.#until(() => {
      if (this.errors[0]) throw this.errors[0];
      return this.texts[index];
    });
  }

  failure(): Promise<GraphQLError> {
    return this.#until(() => this.errors[0]);
  }

  #until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        try {
          const found = look();
          if (found === undefined) return;
          resolve(found);
        } catch (error) {
          reject(error as Error);
        }
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
