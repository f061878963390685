/** POST, PATCH, PUT and DELETE of a table or view. */
import type { Column, Table } from '../data/catalog/catalog.ts';
import { keyColumns } from '../data/catalog/ways.ts';
import {
  type Answer,
  type DocumentColumn,
  type DocumentInsert,
  type DocumentRows,
  type DocumentWrite,
  WITH_ROWS,
} from '../data/plan/document.ts';
import { JsonText, type ObjectShape, type Predicate } from '../data/plan/plan.ts';
import { invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import { type AnswerRow, answerAction } from './answer.ts';
import { versionsOf } from './conditional.ts';
import { RestError } from './errors.ts';
import type { QueryParameters } from './grammar/ast.ts';
import type { RestContext } from './handler.ts';
import { columnNamed, type Scope } from './lower/fields.ts';
import { treePredicate } from './lower/filters.ts';
import { inGivenOrder } from './lower/given-order.ts';
import { lowerTree } from './lower/read.ts';
import { resolveTree } from './lower/tree.ts';
import { builtInType, postgresError } from './lower/types.ts';
import { handlersOf } from './media-handlers.ts';
import { chooseRepresentation, type Representation } from './media-type.ts';
import { mediaTypeOf, type Payload, readPayload } from './payload.ts';
import { affectedLimit, appliedPreferences, type Preferences } from './preferences.ts';
import { ALL_ROWS, contentRange } from './range.ts';
import { type RestRequest, readRequest } from './request.ts';
import { bodyOf, contentHeaders } from './respond.ts';
import { findTable } from './tables.ts';

type Verb = 'insert' | 'update' | 'upsert' | 'delete';

const VERBS: Readonly<Record<string, Verb>> = {
  POST: 'insert',
  PATCH: 'update',
  PUT: 'upsert',
  DELETE: 'delete',
};

/** Preferences that each verb obeys. */
const OBEYED: Readonly<Record<Verb, ReadonlySet<keyof Preferences>>> = {
  insert: new Set(['resolution', 'missing', 'return', 'count', 'tx', 'handling', 'timezone']),
  update: new Set(['missing', 'return', 'count', 'tx', 'handling', 'timezone', 'maxAffected']),
  upsert: new Set(['return', 'count', 'tx', 'handling', 'timezone']),
  delete: new Set(['return', 'count', 'tx', 'handling', 'timezone', 'maxAffected']),
};

interface Write {
  readonly scope: Scope;
  readonly verb: Verb;
  readonly table: Table;
  readonly request: RestRequest;
  readonly payload: Extract<Payload, { kind: 'json' }> | undefined;
  readonly keyColumns: readonly Column[];
  readonly representation: Representation;
}

export function writeAction(context: RestContext, exchange: Exchange, name: string): Action {
  const { catalog, settings } = context;
  const verb = VERBS[exchange.method];
  invariant(verb, 'the method writes');
  const request = readRequest(context, exchange, { args: false });
  if (verb === 'upsert' && isRanged(request.query))
    throw new RestError('PGRST114', 'limit/offset querystring parameters are not allowed for PUT');
  const payload = verb === 'delete' ? undefined : readRows(exchange, request.query, verb);
  const table = findTable(catalog, request.schema, name);
  const representation = chooseRepresentation(exchange.headers.accept, {
    plan: settings.plan,
    geoJson: catalog.hasGeoJson,
    made: handlersOf(catalog, table, request.query),
  });
  const scope = { catalog, searched: [request.schema, ...settings.extraSearchPath] };
  const write = {
    scope,
    verb,
    table,
    request,
    payload,
    representation,
    keyColumns: keyColumns(catalog, table),
  };
  const answer = answerOf(write, settings.aggregates);
  return answerAction(context, exchange, request, {
    representation,
    query: planOf(write, exchange),
    answer,
    readOnly: false,
    mayChangeSession: table.hasTriggers || table.referencedBy.some((one) => one.table.hasTriggers),
    reply: (row) => replyOf(write, row),
  });
}

function isRanged({ ranges }: QueryParameters): boolean {
  return ranges.some(
    ([path, { limit, offset }]) => path.length === 0 && (limit !== undefined || offset !== 0),
  );
}

/** `?columns=` is for POST and PATCH alone: what PUT writes is the row of its body. */
function readRows(exchange: Exchange, { columns }: QueryParameters, verb: Verb): Write['payload'] {
  const payload = readPayload({
    body: exchange.body,
    bytes: exchange.bytes,
    mediaType: mediaTypeOf(exchange.headers['content-type']),
    columns: verb === 'upsert' ? undefined : columns,
    forRoutine: false,
  });
  invariant(payload.kind === 'json', 'rows come as JSON');
  return payload;
}

// ---- what is written

function planOf(write: Write, exchange: Exchange): DocumentWrite {
  const { verb, table, payload } = write;
  const { scope } = write;
  switch (verb) {
    case 'insert':
      return {
        kind: 'insert',
        table,
        rows: rowsOf(write, scope),
        conflict: conflictOf(write),
        where: undefined,
      };
    case 'upsert': {
      const where = keyFilter(write, scope);
      const conflict = { target: write.keyColumns, action: 'update' } as const;
      return { kind: 'insert', table, rows: rowsOf(write, scope), conflict, where };
    }
    case 'update':
      if (payload?.keys.length === 0) return { kind: 'nothing', table };
      return {
        kind: 'update',
        table,
        rows: rowsOf(write, scope),
        where: whereOf(write, scope),
        versions: versionsOf(exchange, scope.catalog),
      };
    case 'delete':
      return {
        kind: 'delete',
        table,
        where: whereOf(write, scope),
        versions: versionsOf(exchange, scope.catalog),
      };
  }
}

function rowsOf({ table, payload, request, verb }: Write, { catalog }: Scope): DocumentRows {
  invariant(payload, 'the verb has a body');
  const json = builtInType(catalog, 'json');
  const columns = payload.keys.map((name): DocumentColumn => {
    const column = columnNamed(table, name);
    if (!column)
      throw new RestError(
        'PGRST204',
        `Could not find the '${name}' column of '${table.name}' in the schema cache`,
      );
    return { column, representation: catalog.findRepresentation(json, column.type) };
  });
  return {
    document: { value: new JsonText(asList(payload.text)), type: json },
    columns,
    defaults: request.preferences.missing === 'default' && verb !== 'upsert',
  };
}

/** One object is a list of one; whatever else stands there, PostgreSQL says what is wrong with it. */
function asList(text: string): string {
  return /^\s*\[/.test(text) ? text : `[${text}]`;
}

/** Which rows are in place already: by the columns named, or else by the primary key. */
function conflictOf({ table, request, keyColumns }: Write): DocumentInsert['conflict'] {
  const { resolution } = request.preferences;
  if (resolution === undefined) return undefined;
  const target = request.query.onConflict?.map((name) => {
    const column = columnNamed(table, name);
    if (!column) throw postgresError('42703', `column "${name}" does not exist`);
    return column;
  });
  const columns = target ?? keyColumns;
  if (columns.length === 0) return undefined;
  return { target: columns, action: resolution === 'merge-duplicates' ? 'update' : 'nothing' };
}

/** The conditions at the top, over the table's own columns. */
function whereOf({ table, request }: Write, scope: Scope): Predicate | undefined {
  const { filters, logic } = request.query;
  const trees = [...filters, ...logic].flatMap(([path, tree]) => (path.length === 0 ? [tree] : []));
  const rows = { table, alias: table.name };
  const all = trees.map((tree) => treePredicate(scope, rows, tree, () => undefined));
  return all.length > 1 ? { kind: 'and', all } : all[0];
}

/** A PUT names the one row by all columns of its key and nothing else. */
function keyFilter(write: Write, scope: Scope): Predicate {
  const { request, keyColumns, payload } = write;
  const { filters, logic } = request.query;
  const own = filters.flatMap(([path, filter]) => (path.length === 0 ? [filter] : []));
  const names = new Set(own.map(({ field }) => field.name));
  const isKey =
    keyColumns.length > 0 &&
    keyColumns.length === names.size &&
    keyColumns.every(({ name }) => names.has(name)) &&
    own.every(({ field, negated, operation }) => {
      if (negated || field.path.length > 0) return false;
      return (
        operation.kind === 'quantified' && operation.operator === 'eq' && operation.quantifier === undefined
      );
    }) &&
    logic.every(([path]) => path.length > 0);
  if (!isKey)
    throw new RestError(
      'PGRST105',
      "Filters must include all and only primary key columns with 'eq' operators",
    );
  if (!keyColumns.every(({ name }) => payload?.keys.includes(name))) throw keyMismatch();
  const where = whereOf(write, scope);
  invariant(where, 'a key has columns');
  return where;
}

function keyMismatch(): RestError {
  return new RestError('PGRST115', 'Payload values do not match URL in primary key column(s)');
}

// ---- what is answered

const NOTHING_READ: ObjectShape = { kind: 'object', entries: [] };

function isFull({ request }: Write): boolean {
  return request.preferences.return === 'representation';
}

function answerOf(write: Write, aggregates: boolean): Answer {
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

function replyOf(write: Write, { body, rows, location, replaced }: AnswerRow): Reply {
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
