/** What a write asks of PostgreSQL: the rows, where they go, and which are meant. */
import { builtInType } from '../data/catalog/built-in-types.ts';
import type { Column, Table } from '../data/catalog/catalog.ts';
import type {
  DocumentColumn,
  DocumentInsert,
  DocumentRows,
  DocumentWrite,
  Versions,
} from '../data/plan/document.ts';
import type { Predicate } from '../data/plan/expression.ts';
import { invariant } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { DOCUMENT, VERSIONS } from './answer.ts';
import { acceptedVersions } from './conditional.ts';
import { RestError } from './errors.ts';
import { columnNamed, type Scope } from './lower/fields.ts';
import { treePredicate } from './lower/filters.ts';
import { postgresError } from './lower/types.ts';
import type { Representation } from './media-type.ts';
import type { RestRequest } from './request.ts';

export type Verb = 'insert' | 'update' | 'upsert' | 'delete';

export interface Write {
  readonly scope: Scope;
  readonly verb: Verb;
  readonly table: Table;
  readonly request: RestRequest;
  /** Members of the body's objects. The body itself must not stay: a prepared write outlives it. */
  readonly members: readonly string[] | undefined;
  readonly keyColumns: readonly Column[];
  readonly representation: Representation;
}

export function planOf(write: Write, exchange: Exchange): DocumentWrite {
  const { verb, table, members } = write;
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
      if (members?.length === 0) return { kind: 'nothing', table };
      return {
        kind: 'update',
        table,
        rows: rowsOf(write, scope),
        where: whereOf(write, scope),
        versions: versionsOf(exchange, scope),
      };
    case 'delete':
      return {
        kind: 'delete',
        table,
        where: whereOf(write, scope),
        versions: versionsOf(exchange, scope),
      };
  }
}

function rowsOf({ table, members, request, verb }: Write, { catalog }: Scope): DocumentRows {
  invariant(members, 'the verb has a body');
  const json = builtInType(catalog, 'json');
  const columns = members.map((name): DocumentColumn => {
    const column = columnNamed(table, name);
    if (!column)
      throw new RestError(
        'PGRST204',
        `Could not find the '${name}' column of '${table.name}' in the schema cache`,
      );
    return { column, representation: catalog.findRepresentation(json, column.type) };
  });
  return {
    document: { value: DOCUMENT, type: json },
    columns,
    defaults: request.preferences.missing === 'default' && verb !== 'upsert',
  };
}

function versionsOf(exchange: Exchange, { catalog }: Scope): Versions {
  const versions = acceptedVersions(exchange);
  if (typeof versions !== 'object') return versions;
  return { value: VERSIONS, type: builtInType(catalog, 'text'), list: true };
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
  const { request, keyColumns, members } = write;
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
  if (!keyColumns.every(({ name }) => members?.includes(name))) throw keyMismatch();
  const where = whereOf(write, scope);
  invariant(where, 'a key has columns');
  return where;
}

export function keyMismatch(): RestError {
  return new RestError('PGRST115', 'Payload values do not match URL in primary key column(s)');
}
