/** `/rest/v1/…`: which action a path and a method ask for. */
import type { Catalog } from '../data/catalog/catalog.ts';
import type { CallerRunner } from '../database/as-caller.ts';
import { AppError } from '../errors.ts';
import type { Endpoint, Exchange, Reply } from '../exchange.ts';
import type { Observe } from '../observation.ts';
import { type Action, perform } from './action.ts';
import { RestError, restErrorReply } from './errors.ts';
import { routineOptions, tableOptions } from './options.ts';
import { decode } from './query-string.ts';
import { readAction } from './read.ts';
import { callAction } from './rpc.ts';
import type { RestSettings } from './settings.ts';
import { writeAction } from './write.ts';

export interface RestInput {
  readonly runner: CallerRunner;
  readonly settings: RestSettings;
  readonly observe: Observe;
}

export interface RestEndpoint extends Endpoint {
  /** Called with every new version of the catalog. */
  install(catalog: Catalog): void;
}

/** What every action gets. */
export interface RestContext extends RestInput {
  readonly catalog: Catalog;
}

const PREFIX = '/rest/v1';

export function createRestEndpoint(input: RestInput): RestEndpoint {
  let catalog: Catalog | undefined;
  return {
    install(next) {
      catalog = next;
    },
    async handle(exchange) {
      if (!catalog)
        throw new AppError('database-unavailable', 'the catalog is not loaded yet', {
          hint: 'Try again in a moment.',
        });
      return act({ ...input, catalog }, withoutPrefix(exchange));
    },
    renderError: (error) => restErrorReply(error),
  };
}

/** PostgreSQL and the actions see the path below the prefix. */
function withoutPrefix(exchange: Exchange): Exchange {
  return { ...exchange, path: exchange.path.slice(PREFIX.length) || '/' };
}

function act(context: RestContext, exchange: Exchange): Reply | Promise<Reply> {
  const segments = exchange.path.split('/').slice(1).map(decode);
  const [name = '', routine, ...rest] = segments;
  if (name === '' || rest.length > 0 || (routine !== undefined && name !== 'rpc'))
    throw new RestError('PGRST125', 'Invalid path specified in request URL');
  if (exchange.method === 'OPTIONS')
    return routine === undefined
      ? tableOptions(context, exchange, name)
      : routineOptions(context, exchange, routine);
  return perform(context, actionOf(context, exchange, name, routine), exchange.outgoing);
}

function actionOf(
  context: RestContext,
  exchange: Exchange,
  name: string,
  routine: string | undefined,
): Action {
  if (routine !== undefined) return callAction(context, exchange, routine);
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
