/** What a write answers with: the rows as they were written, or merely what became of them. */
import { type Answer, WITH_ROWS } from '../data/plan/document.ts';
import type { ObjectShape } from '../data/plan/plan.ts';
import type { Reply } from '../exchange.ts';
import type { AnswerRow } from './answer.ts';
import { inGivenOrder } from './lower/given-order.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { affectedLimit, appliedPreferences, type Preferences } from './preferences.ts';
import { ALL_ROWS, contentRange } from './range.ts';
import { bodyOf, contentHeaders } from './respond.ts';
import { keyMismatch, type Verb, type Write } from './write-plan.ts';

/** Preferences that each verb obeys. */
const OBEYED: Readonly<Record<Verb, ReadonlySet<keyof Preferences>>> = {
  insert: new Set(['resolution', 'missing', 'return', 'count', 'tx', 'handling', 'timezone']),
  update: new Set(['missing', 'return', 'count', 'tx', 'handling', 'timezone', 'maxAffected']),
  upsert: new Set(['return', 'count', 'tx', 'handling', 'timezone']),
  delete: new Set(['return', 'count', 'tx', 'handling', 'timezone', 'maxAffected']),
};

const NOTHING_READ: ObjectShape = { kind: 'object', entries: [] };

function isFull({ request }: Write): boolean {
  return request.preferences.return === 'representation';
}

export function answerOf(write: Write, aggregates: boolean): Answer {
  const { table, scope, request, verb, keyColumns, representation } = write;
  const { query, preferences } = request;
  // Also where nothing is shown: what cannot be selected is an error all the same.
  const tree = resolveTree(scope.catalog, { table, origin: table, schema: request.schema }, query, {
    aggregates,
    ownFilters: false,
    range: ALL_ROWS,
  });
  const source = { kind: 'with', table, name: WITH_ROWS } as const;
  const read = lowerTree(scope, tree, {
    source,
    maxRows: undefined,
    relationsAsJson: representation.format === 'csv',
  });
  const full = isFull(write);
  return {
    listing: {
      read: full ? inGivenOrder(read) : { ...read, order: [], shape: NOTHING_READ },
      format: full ? representation.format : 'none',
      stripNulls: representation.stripNulls,
      handler: representation.handler,
      count: undefined,
    },
    location: verb === 'insert' && preferences.return === 'headers-only' ? keyColumns : [],
    single: representation.format === 'object',
    atMost: verb === 'update' || verb === 'delete' ? affectedLimit(preferences) : undefined,
  };
}

export function replyOf(write: Write, { body, rows, location, replaced }: AnswerRow): Reply {
  const { verb, request, keyColumns, representation } = write;
  const { preferences, query } = request;
  const full = isFull(write);
  const headers: Record<string, string> = {};
  if (full) Object.assign(headers, contentHeaders(representation, request));
  if (verb !== 'upsert') {
    const total = preferences.count === 'exact' || preferences.count === 'estimated' ? rows : undefined;
    headers['content-range'] = contentRange(ALL_ROWS, verb === 'update' ? rows : 0, total);
  }
  if (location !== undefined && rows === 1) headers.location = locationOf(write, location);
  const isUnresolved = verb === 'insert' && keyColumns.length === 0 && query.onConflict === undefined;
  const applied = appliedPreferences(
    isUnresolved ? { ...preferences, resolution: undefined } : preferences,
    OBEYED[verb],
  );
  if (applied !== undefined) headers['preference-applied'] = applied;
  if (verb === 'upsert' && rows === 0) throw keyMismatch();
  return {
    status: statusOf(write, rows - replaced),
    headers,
    body: full ? bodyOf(representation, body) : '',
  };
}

function statusOf(write: Write, inserted: number): number {
  switch (write.verb) {
    case 'insert':
      return inserted <= 0 && write.request.preferences.resolution === 'merge-duplicates' ? 200 : 201;
    case 'upsert':
      if (!isFull(write)) return 204;
      return inserted > 0 ? 201 : 200;
    default:
      return isFull(write) ? 200 : 204;
  }
}

/** `/table?key=eq.value`: where the row is found. */
function locationOf({ table, keyColumns }: Write, values: readonly (string | null)[]): string {
  const pairs = keyColumns.map(({ name }, index) => {
    const value = values[index] ?? null;
    return `${urlEncoded(name)}=${value === null ? 'is.null' : `eq.${urlEncoded(value)}`}`;
  });
  return `/${table.name}?${pairs.join('&')}`;
}

function urlEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
