/**
 * ReadPlan → SQL. Nested records are built in one statement and become JSON once, at the top:
 * a to-one relation is the row of a lateral join, a to-many relation an array of records.
 * A list that is limited pages first and joins second, with its order repeated outside: LIMIT does not go below the joins.
 */
import { empty, identifier, integer, join, literal, parameter, type Sql, sql } from '../../database/sql.ts';
import type { Relationship } from '../catalog/catalog.ts';
import type { Order, Value } from '../plan/expression.ts';
import type { Entry, ObjectShape, ReadPlan, Shape } from '../plan/plan.ts';
import type { Aliases } from './aliases.ts';
import { callSql } from './call.ts';
import { compileConnection } from './connection.ts';
import { encoded, token } from './encode.ts';
import { aggregated, aggregateItem, groupClause, isGrouped } from './group.ts';
import { compileGroups } from './groups.ts';
import { type OrderKey, orderClause, orderKeys } from './order.ts';
import { compilePage } from './page.ts';
import { joinCondition, operandSql, predicateSql, whereClause } from './predicate.ts';
import { PageRow, type Row, sourceRow, type WithRow } from './row.ts';
import { type Item, type RecordQuery, recordQuery } from './shape.ts';
import { relatedItem, sourceCondition, sourceOrder } from './source.ts';
import { spreadItems } from './spread.ts';
import { typeName } from './types.ts';

type Fragment = Sql<Value>;

export interface Compilation {
  readonly aliases: Aliases;
  readonly serverVersion: number;
  /** Rows joined are looked up one by one, so that the order of the others stays. */
  readonly keepsOrder?: boolean;
  /** The default limit of every list, where there is one. */
  readonly maxRows: number | undefined;
  /** pg_catalog.int8, for limits that are bound. */
  readonly bigint: Value['type'];
  /** pg_catalog.text, for values of cursors. */
  readonly text: Value['type'];
  /** The row of the WITH query that a source may read from: it records what is asked of it. */
  readonly withRow?: WithRow | undefined;
}

/** How a nested read hangs on the row outside it. */
export interface Outer {
  readonly row: Row;
  readonly relationship: Relationship | undefined;
  /** The outer row is the only one. */
  readonly single: boolean;
}

/** The read as one expression: a record, an array of records, or null. */
export function readExpression(read: ReadPlan, outer: Outer | undefined, compilation: Compilation): Fragment {
  if (read.shape.kind === 'page') return compilePage(read, read.shape, outer, compilation);
  if (read.shape.kind === 'groups') return compileGroups(read, read.shape, outer, compilation);
  if (read.shape.kind === 'connection') return compileConnection(read, read.shape, outer, compilation);
  const { query, record } = rowsQuery(read, read.shape, outer, compilation);
  const alias = compilation.aliases.next();
  const select = sql<Value>`select ${record.value(alias)} from (${query}) ${identifier(alias)}`;
  return read.take === 'many' ? sql<Value>`array(${select})` : sql<Value>`(${select})`;
}

/** The rows of an object shape as a query. */
export function rowsQuery(
  given: ReadPlan,
  shape: ObjectShape,
  outer: Outer | undefined,
  compilation: Compilation,
): { query: Fragment; record: RecordQuery } {
  const { items, complete } = openRows(given, shape, outer, compilation);
  const record = recordQuery(pairs(items), compilation.serverVersion);
  return { record, query: complete(record.list) };
}

/** The entries of the rows, and the query once it is said how they are listed. */
export function openRows(
  given: ReadPlan,
  shape: ObjectShape,
  outer: Outer | undefined,
  compilation: Compilation,
  inSpread = false,
): { items: readonly ShapeItem[]; complete: (list: Fragment) => Fragment } {
  const read = withDefaultLimit(given, compilation.maxRows);
  const grouped = !inSpread && isGrouped(shape);
  const limited = read.limit !== undefined || read.offset !== undefined || read.distinct.length > 0;
  const hasRelations = shape.entries.some(([, { kind }]) => kind === 'relation' || kind === 'spread');
  if (limited && hasRelations && !grouped) {
    const page = pageOf(read, outer, compilation);
    const keepsOrder = read.keepsOrder === true && read.order.length === 0;
    const { items, joins } = shapeItems(shape.entries, page.row, { ...compilation, keepsOrder }, false);
    const from = page.from();
    return {
      items,
      complete: (list) => sql<Value>`select ${list} from ${from}${joins}${orderClause(page.keys)}`,
    };
  }
  const { aliases } = compilation;
  const { alias, row } = rowOf(read, compilation);
  const order = orderKeys(
    read.order.filter(({ operand }) => operand.kind !== 'output'),
    row,
    aliases,
  );
  const single = isSingle(read, outer) && !grouped;
  const { items: entries, joins } = shapeItems(shape.entries, row, compilation, single);
  const items = grouped ? entries.map(aggregated) : entries;
  const from = sql<Value>` from ${relatedItem(read.source, outer?.relationship, alias, outer?.row)}${order.joins}${joins}`;
  const where = sourceWhere(read, row, alias, outer, aliases);
  const written = sourceOrder(read.source, alias);
  const ordered = written
    ? sql` order by ${written}`
    : orderClause(outputKeys(read.order, order.keys, items));
  const group = grouped ? groupClause(entries) : empty;
  const head = sql`select ${distinctClause(read, row)}`;
  const tail = sql<Value>`${from}${where}${group}${ordered}${limitClause(read, compilation)}`;
  return { items, complete: (list) => sql<Value>`${head}${list}${tail}` };
}

/** The keys in order, those that name an entry by its position. */
function outputKeys(
  orders: readonly Order[],
  keys: readonly OrderKey[],
  items: readonly ShapeItem[],
): readonly OrderKey[] {
  if (orders.length === keys.length) return keys;
  const others = [...keys];
  return orders.flatMap((order): OrderKey[] => {
    const { operand } = order;
    if (operand.kind !== 'output') return others.splice(0, 1);
    const index = items.findIndex(({ key }) => key === operand.key);
    return index < 0 ? [] : [{ order, expression: integer(index + 1) }];
  });
}

/** A sub-select that filters, orders and limits, and carries what is asked of its row. */
export interface Page {
  readonly row: PageRow;
  /** The order again, over the page's own row. */
  readonly keys: readonly OrderKey[];
  /** `(select …) alias`, complete: call it when everything has been asked of the row. */
  from(): Fragment;
  /** `select …` alone. */
  select(): Fragment;
  readonly alias: string;
}

/** `beyond`: a further condition, over the keys of the order. */
export function pageOf(
  read: ReadPlan,
  outer: Outer | undefined,
  compilation: Compilation,
  beyond?: (keys: readonly OrderKey[]) => Fragment | undefined,
): Page {
  const { aliases } = compilation;
  const { alias: innerAlias, row: inner } = rowOf(read, compilation);
  const alias = aliases.next();
  const row = new PageRow(read.source.table, alias);
  const order = orderKeys(read.order, inner, aliases);
  const where = sourceWhere(read, inner, innerAlias, outer, aliases, beyond?.(order.keys));
  const hidden: Fragment[] = [];
  const keys = order.keys.map((key, index): OrderKey => {
    if (key.order.operand.kind === 'column')
      return { order: key.order, expression: row.column(key.order.operand.column) };
    const name = row.hidden(`o${index + 1}`);
    hidden.push(sql<Value>`${key.expression} as ${identifier(name)}`);
    return { order: key.order, expression: identifier(alias, name) };
  });
  const select = () => {
    const list = join<Value>([...row.carried(inner), ...hidden]);
    const from = sql<Value>` from ${relatedItem(read.source, outer?.relationship, innerAlias, outer?.row)}${order.joins}`;
    const head = sql<Value>`select ${distinctClause(read, inner)}${list}`;
    return sql<Value>`${head}${from}${where}${orderClause(order.keys)}${limitClause(read, compilation)}`;
  };
  return { row, keys, alias, select, from: () => sql<Value>`(${select()}) ${identifier(alias)}` };
}

/** The read's row in FROM. */
export function rowOf(
  { source }: Pick<ReadPlan, 'source'>,
  { aliases, withRow }: Compilation,
): { readonly alias: string; readonly row: Row } {
  if (source.kind === 'with' && withRow) return { alias: withRow.alias, row: withRow };
  const alias = aliases.next();
  return { alias, row: sourceRow(source.table, alias) };
}

/** Every list has a limit, but for rows that were just written: they are all there already. */
export function withDefaultLimit(read: ReadPlan, maxRows: number | undefined): ReadPlan {
  // One row needs neither an order nor a limit, and so no sub-select of its own.
  if (read.byKey && read.limit !== 0 && !read.offset) return { ...read, order: [], limit: undefined };
  const isWritten = ['written rows', 'written keys', 'with'].includes(read.source.kind);
  return read.take === 'many' && !isWritten ? { ...read, limit: read.limit ?? maxRows } : read;
}

export function sourceWhere(
  read: ReadPlan,
  row: Row,
  alias: string,
  outer: Outer | undefined,
  aliases: Aliases,
  further?: Fragment,
): Fragment {
  return whereClause(
    outer?.relationship && joinCondition(outer.relationship, outer.row, row, alias),
    sourceCondition(read.source, row, alias),
    read.where && predicateSql(read.where, row, aliases),
    further,
  );
}

function distinctClause(read: ReadPlan, row: Row): Sql {
  if (read.distinct.length === 0) return empty;
  return sql`distinct on (${join(read.distinct.map((column) => row.column(column)))}) `;
}

/**
 * Limits stand as numbers where they are common, so that the planner knows them; an uncommon one is bound, so that the
 * prepared statements do not multiply.
 */
export function limitClause({ limit, offset }: ReadPlan, { bigint }: Compilation): Fragment {
  const number = (value: number): Fragment =>
    value <= 100 || (value <= 100_000 && value % 50 === 0)
      ? integer(value)
      : sql<Value>`${parameter<Value>({ value: String(value), type: bigint })}::${typeName(bigint)}`;
  const limited = limit === undefined ? empty : sql<Value>` limit ${number(limit)}`;
  return offset === undefined || offset === 0 ? limited : sql<Value>`${limited} offset ${number(offset)}`;
}

/** An entry of a select list. */
export interface ShapeItem {
  readonly key: string;
  readonly expression: Fragment;
  /** An aggregate over the expression, for the read that groups. */
  readonly aggregate?: ((expression: Fragment) => Fragment) | undefined;
}

export function pairs(items: readonly ShapeItem[]): Item[] {
  return items.map(({ key, expression }) => [key, expression]);
}

/** The select list of an object, and the lateral joins that its to-one relations and its spreads need. */
export function shapeItems(
  entries: readonly Entry<Shape>[],
  row: Row,
  compilation: Compilation,
  single: boolean,
): { items: ShapeItem[]; joins: Fragment[] } {
  const joins: Fragment[] = [];
  const items = entries.flatMap(([key, shape]): ShapeItem[] => {
    if (shape.kind === 'spread') return spreadItems(shape, row, compilation, joins);
    if (shape.kind === 'aggregate') return [aggregateItem(key, shape, row, compilation.aliases)];
    return [{ key, expression: shapeExpression(shape, row, compilation, single, joins) }];
  });
  return { items, joins };
}

/** One row at most, all the way up: a look-up by key then beats a join, for which the planner may hash a whole table. */
function isSingle(read: ReadPlan, outer: Outer | undefined): boolean {
  return (read.take === 'maybe' || read.byKey === true) && (outer === undefined || outer.single);
}

function shapeExpression(
  shape: Exclude<Shape, { kind: 'spread' | 'aggregate' }>,
  row: Row,
  compilation: Compilation,
  single: boolean,
  joins: Fragment[],
): Fragment {
  switch (shape.kind) {
    case 'literal':
      return sql`${literal(shape.text)}::text`;
    case 'column':
      return encoded(row.column(shape.column), shape.column.type, shape);
    case 'value':
      return operandSql(shape.operand, row, compilation.aliases);
    case 'call':
      return encoded(callSql(shape.call, row), shape.call.routine.returnType, shape);
    case 'token':
      return token(
        shape.texts,
        shape.operands.map((operand) => operandSql(operand, row, compilation.aliases)),
      );
    case 'object':
      throw new Error('an object shape belongs to a read');
    case 'relation':
      return relationExpression(shape, row, compilation, single, joins);
  }
}

function relationExpression(
  shape: Extract<Shape, { kind: 'relation' }>,
  row: Row,
  compilation: Compilation,
  single: boolean,
  joins: Fragment[],
): Fragment {
  const outer = { row, relationship: shape.relationship, single };
  const plain = (value: Fragment): Fragment =>
    shape.asJson ? sql<Value>`pg_catalog.to_jsonb(${value})` : value;
  if (single || shape.read.take !== 'maybe' || shape.read.shape.kind !== 'object')
    return plain(readExpression(shape.read, outer, compilation));
  const within = { ...compilation, keepsOrder: false };
  const { query, record } = rowsQuery(shape.read, shape.read.shape, outer, within);
  const alias = compilation.aliases.next();
  joins.push(lateral(query, alias, shape.read, compilation));
  return plain(record.value(alias));
}

/** The planner pulls a sub-select up and may then join from the other side, unless it has an OFFSET. */
export function lateral(
  query: Fragment,
  alias: string,
  { limit, offset }: ReadPlan,
  { keepsOrder }: Compilation,
): Fragment {
  const fence = keepsOrder && limit === undefined && !offset ? sql` offset 0` : empty;
  return sql<Value>` left join lateral (${query}${fence}) ${identifier(alias)} on true`;
}
