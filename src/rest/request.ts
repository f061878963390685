/** What every request says before its resource is looked at: schema, preferences, query string. */
import type { Exchange } from '../exchange.ts';
import { RestError } from './errors.ts';
import type { QueryParameters } from './grammar/ast.ts';
import { type ReadOptions, readQuery, UnreadableQuery } from './grammar/query.ts';
import type { RestContext } from './handler.ts';
import { type Preferences, readPreferences } from './preferences.ts';
import { type Profile, profileOf } from './profile.ts';
import { type Pairs, queryPairs } from './query-string.ts';
import { mayChooseEnd } from './transaction.ts';

export interface RestRequest {
  readonly schema: string;
  readonly profile: Profile;
  readonly preferences: Preferences;
  readonly pairs: Pairs;
  readonly query: QueryParameters;
}

/** Throws PGRST100, PGRST106 or PGRST122. */
export function readRequest(
  { settings }: Pick<RestContext, 'settings'>,
  exchange: Pick<Exchange, 'method' | 'headers' | 'url'>,
  options: ReadOptions,
  pairs: Pairs = queryPairs(exchange.url),
): RestRequest {
  const profile = profileOf(exchange, settings);
  const query = parsedQuery(pairs, options);
  const preferences = readPreferences(exchange.headers.prefer, {
    mayChooseEnd: mayChooseEnd(settings),
    isTimeZone,
  });
  return { schema: profile.schema, profile, preferences, pairs, query };
}

function parsedQuery(pairs: Pairs, options: ReadOptions): QueryParameters {
  try {
    return readQuery(pairs as Parameters<typeof readQuery>[0], options);
  } catch (error) {
    if (error instanceof UnreadableQuery)
      throw new RestError('PGRST100', error.message, { details: error.details });
    throw error;
  }
}

const timeZones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);

function isTimeZone(name: string): boolean {
  return timeZones.has(name);
}
