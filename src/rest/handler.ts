/** `/rest/v1/…`: which action a path and a method ask for. */
import { LRUCache } from 'lru-cache';
import type { Catalog } from '../data/catalog/catalog.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange, Reply } from '../exchange.ts';
import type { Observe } from '../observation.ts';
import { type Action, perform } from './action.ts';
import type { PreparedAnswer } from './answer.ts';
import { performBatch } from './batch.ts';
import { RestError, restErrorReply } from './errors.ts';
import { createRoot, type RootInput } from './openapi/root.ts';
import { routineOptions, tableOptions } from './options.ts';
import { decode } from './query-string.ts';
import { createReadCache, type ReadCache, readAction } from './read.ts';
import { callAction } from './rpc.ts';
import type { RestSettings } from './settings.ts';
import { writeAction } from './write.ts';

export interface RestInput {
  readonly runner: CallerRunner;
  readonly observe: Observe;
  /** Of a role, for the description of what it may use. */
  readonly grants: RootInput['grants'];
}

export interface RestEndpoint extends Endpoint {
  /** Called with every new version of the catalog, and with the settings that hold from now on. */
  install(catalog: Catalog, settings: RestSettings): void;
}

/** What every action gets. */
export interface RestContext extends Omit<RestInput, 'grants'> {
  readonly catalog: Catalog;
  readonly settings: RestSettings;
  readonly reads: ReadCache;
  /** Writes and calls prepared of this version of the catalog. */
  readonly answers: LRUCache<string, PreparedAnswer>;
}

const PREFIX = '/rest/v1';
const MAX_ANSWERS = 1000;

export function createRestEndpoint(input: RestInput): RestEndpoint {
  const root = createRoot(input);
  let installed: Omit<RestContext, keyof RestInput> | undefined;
  return {
    getOnlyReads: true,
    install(catalog, settings) {
      installed = {
        catalog,
        settings,
        reads: createReadCache(),
        answers: new LRUCache({ max: MAX_ANSWERS }),
      };
    },
    async handle(exchange) {
      if (!installed)
        throw new AppError('database-unavailable', 'the catalog is not loaded yet', {
          hint: 'Try again in a moment.',
        });
      const context = { ...input, ...installed };
      const own = withoutPrefix(exchange);
      return own.path === '/' ? root(context, own) : act(context, own);
    },
    renderError: (error, { requestId }) => {
      const reply = restErrorReply(error);
      // What the database raises by a code of its own is no fault of the server, whatever it is called.
      if (error.code === 'internal-error' && reply.status >= 500)
        input.observe({ type: 'unexpected-error', requestId, error: error.cause ?? error, where: 'rest' });
      return reply;
    },
  };
}

/** PostgreSQL and the actions see the path below the prefix. */
function withoutPrefix(exchange: Exchange): Exchange {
  const path = exchange.path.slice(PREFIX.length) || '/';
  return { ...exchange, url: asUtf8(exchange.url), path: asUtf8(path) };
}

/** Node gives bytes that a client did not encode one character each. */
function asUtf8(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

interface Target {
  /** A table or view; undefined: a function. */
  readonly table: string | undefined;
  readonly routine: string | undefined;
}

/** Throws PGRST125. */
function targetOf({ path }: Exchange): Target {
  const [name = '', routine, ...rest] = path.split('/').slice(1).map(decode);
  const isRoutine = name === 'rpc' && routine !== undefined;
  if (name === '' || rest.length > 0 || (routine !== undefined && !isRoutine))
    throw new RestError('PGRST125', 'Invalid path specified in request URL');
  return isRoutine ? { table: undefined, routine } : { table: name, routine: undefined };
}

function act(context: RestContext, exchange: Exchange): Reply | Promise<Reply> {
  const target = targetOf(exchange);
  if (exchange.method === 'OPTIONS') {
    const { table, routine } = target;
    if (routine !== undefined) return routineOptions(context, exchange, routine);
    return tableOptions(context, exchange, table ?? '');
  }
  if (isBatch(context, exchange))
    return performBatch(context, exchange, (part) => actionOf(context, part, targetOf(part)));
  return perform(context, actionOf(context, exchange, target), exchange.outgoing);
}

/** A table of that name comes first: its clients were there before. */
function isBatch({ catalog, settings }: RestContext, { method, path }: Exchange): boolean {
  return (
    method === 'POST' &&
    path === '/batch' &&
    !settings.schemas.some((schema) => catalog.findTable(schema, 'batch'))
  );
}

function actionOf(context: RestContext, exchange: Exchange, { table, routine }: Target): Action {
  if (routine !== undefined) return callAction(context, exchange, routine);
  const name = table ?? '';
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return readAction(context, exchange, name);
    case 'POST':
    case 'PATCH':
    case 'PUT':
    case 'DELETE':
      return writeAction(context, exchange, name);
    default:
      throw new RestError('PGRST117', `Unsupported HTTP method: ${exchange.method}`);
  }
}
