/** `/rest/v1/`: there is nothing to describe yet, in any of the schemas. */
import type { Exchange, Reply } from '../exchange.ts';
import { RestError } from './errors.ts';
import { optionsReply } from './options.ts';
import { profileOf } from './profile.ts';
import type { RestSettings } from './settings.ts';

const METHODS = ['OPTIONS', 'GET', 'HEAD'];

/** Throws PGRST106 for a schema that is not exposed, PGRST117 for other methods, PGRST126 for the rest. */
export function rootReply(exchange: Exchange, settings: RestSettings): Reply {
  profileOf(exchange, settings);
  if (exchange.method === 'OPTIONS') return optionsReply(METHODS);
  if (!METHODS.includes(exchange.method))
    throw new RestError('PGRST117', `Unsupported HTTP method: ${exchange.method}`);
  throw new RestError('PGRST126', 'Root endpoint metadata is disabled');
}
