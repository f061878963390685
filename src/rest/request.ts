/** What every request for a table or function says: of which schema, with which preferences, and its query string. */
import type { Exchange } from '../exchange.ts';
import { RestError } from './errors.ts';
import type { QueryParameters } from './grammar/ast.ts';
import { readQuery, UnreadableQuery } from './grammar/query.ts';
import type { RestContext } from './handler.ts';
import type { Scope } from './lower/fields.ts';
import { type Preferences, readPreferences } from './preferences.ts';
import { type Profile, profileOf } from './profile.ts';
import { queryPairs } from './query-string.ts';
import { mayChooseEnd } from './transaction.ts';

export interface RestRequest {
  readonly profile: Profile;
  readonly preferences: Preferences;
  readonly query: QueryParameters;
  readonly scope: Scope;
}

/** Throws RestError where a part of it cannot be read. */
export function readRequest(
  { catalog, settings, timeZones }: RestContext,
  exchange: Exchange,
  options: { readonly args: boolean },
): RestRequest {
  const profile = profileOf(exchange, settings);
  const query = parameters(exchange.url, options);
  const preferences = readPreferences(exchange.headers.prefer, {
    mayChooseEnd: mayChooseEnd(settings),
    isTimeZone: (name) => timeZones.has(name),
  });
  const scope = { catalog, searched: [profile.schema, ...settings.extraSearchPath] };
  return { profile, preferences, query, scope };
}

function parameters(url: string, options: { readonly args: boolean }): QueryParameters {
  try {
    return readQuery(queryPairs(url), options);
  } catch (error) {
    if (error instanceof UnreadableQuery)
      throw new RestError('PGRST100', error.message, { details: error.details });
    throw error;
  }
}
