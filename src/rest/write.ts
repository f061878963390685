/** POST, PATCH, PUT and DELETE of a table or view. */
import type { Catalog, Column, PgType, Table } from '../data/catalog/catalog.ts';
import type { Answer, DocumentColumn, DocumentRows, DocumentWrite } from '../data/plan/document.ts';
import { JsonText, type Predicate, type Value } from '../data/plan/plan.ts';
import { invariant } from '../errors.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Action } from './action.ts';
import { answerAction, typeNamed } from './answer.ts';
import { versionsOf } from './conditional.ts';
import { RestError } from './errors.ts';
import type { QueryParameters } from './grammar/ast.ts';
import type { RestContext } from './handler.ts';
import { lowerRead, lowerWhere } from './lower/read.ts';
import { mediaTypeOf, type Payload, readPayload } from './payload.ts';
import { affectedLimit, appliedPreferences, type Preferences } from './preferences.ts';
import { readRequest, type RestRequest } from './request.ts';
import { findTable, keyColumnsOf } from './tables.ts';

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
  readonly verb: Verb;
  readonly table: Table;
  readonly request: RestRequest;
  readonly payload: Extract<Payload, { kind: 'json' }> | undefined;
  readonly keyColumns: readonly Column[];
}

export function writeAction(context: RestContext, exchange: Exchange, name: string): Action {
  const { catalog } = context;
  const verb = VERBS[exchange.method];
  invariant(verb, 'the method writes');
  const request = readRequest(context, exchange, { args: false });
  if (verb === 'upsert' && isRanged(request.query))
    throw new RestError('PGRST114', 'limit/offset querystring parameters are not allowed for PUT');
  const payload = verb === 'delete' ? undefined : readRows(exchange, request.query, verb);
  const table = findTable(catalog, request.schema, name);
  const write: Write = { verb, table, request, payload, keyColumns: keyColumnsOf(catalog, table) };
  const plan = planOf(write, exchange, catalog);
  return answerAction(context, exchange, request, {
    query: plan,
    answer: answerOf(write, context),
    isReadOnly: false,
    reply: (result) => replyOf(write, result),
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

function planOf(write: Write, scope: Scope, exchange: Exchange): DocumentWrite {
  const { verb, table } = write;
  switch (verb) {
    case 'insert':
      return { kind: 'insert', table, rows: rowsOf(write, scope), conflict: conflictOf(write), where: undefined };
    case 'upsert': {
      const where = keyFilter(write, scope);
      const conflict = { target: write.keyColumns, action: 'update' } as const;
      return { kind: 'insert', table, rows: rowsOf(write, scope), conflict, where };
    }
    case 'update':
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
function conflictOf({ table, request, keyColumns }: Write): Extract<DocumentWrite, { kind: 'insert' }>['conflict'] {
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
      return operation.kind === 'quantified' && operation.operator === 'eq' && operation.quantifier === undefined;
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

function answerOf(write: Write, scope: Scope, media: Media, { settings }: RestContext): Answer {
  const { table, request, verb, keyColumns } = write;
  const source = { kind: 'with', table, name: WITH_ROWS } as const;
  // Also where nothing is shown: what cannot be selected is an error all the same.
  const tree = resolveTree(
    scope.catalog,
    { table, origin: table, schema: request.schema },
    request.query,
    { aggregates: settings.aggregates, ownFilters: false, range: ALL_ROWS },
  );
  const lowered = lowerTree(scope, tree, { source, maxRows: undefined, relationsAsJson: media.relationsAsJson });
  const full = isFull(write);
  return {
    listing: {
      read: full ? lowered : { ...lowered, order: [], shape: NOTHING_READ },
      format: full ? media.format : 'none',
      stripNulls: media.stripNulls,
      count: undefined,
    },
    location: verb === 'insert' && request.preferences.return === 'headers-only' ? keyColumns : [],
    single: media.single,
    atMost: verb === 'update' || verb === 'delete' ? affectedLimit(request.preferences) : undefined,
  };
}

function replyOf(write: Write, media: Media, { body, rows, location, replaced }: AnswerRow): Reply {
  const { verb, request, keyColumns } = write;
  const { preferences, query } = request;
  const full = isFull(write);
  const headers: Record<string, string> = {};
  if (full) Object.assign(headers, contentHeaders(media, request));
  if (verb !== 'upsert') {
    const total = preferences.count === 'exact' || preferences.count === 'estimated' ? rows : undefined;
    headers['content-range'] = contentRange(0, verb === 'update' ? rows - 1 : -1, total);
  }
  if (location !== undefined) headers.location = locationOf(write, location);
  const isUnresolved = verb === 'insert' && keyColumns.length === 0 && query.onConflict === undefined;
  const applied = appliedPreferences(
    isUnresolved ? { ...preferences, resolution: undefined } : preferences,
    OBEYED[verb],
  );
  if (applied !== undefined) headers['preference-applied'] = applied;
  if (verb === 'upsert' && rows === 0) throw keyMismatch();
  return { status: statusOf(write, rows - (replaced ?? 0)), headers, body: full ? body : '' };
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
