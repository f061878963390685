/**
 * Rows that become JSON objects: a select list under the caller's keys, and the expression that turns a row of it into a value.
 * `(y.*)::record`, never the bare alias: a column of that name would capture it.
 */
import { identifier, join, literal, type Sql, sql } from '../../database/sql.ts';
import type { Value } from '../plan/expression.ts';

/** NAMEDATALEN - 1: longer column names are cut silently. */
const MAX_NAME_BYTES = 63;
/** PostgreSQL's limit is 1,664 entries in one select list. */
const MAX_SELECT_ENTRIES = 1600;
const FIRST_VERSION_WITH_JSON_OBJECT = 160000;
/** json_build_object takes 100 arguments. */
const PAIRS_PER_CALL = 50;

export type Item = readonly [key: string, expression: Sql<Value>];

export interface RecordQuery {
  /** The select list: `… as "key", …`. */
  readonly list: Sql<Value>;
  /** The row of the completed query under this alias, as record or json. */
  value(alias: string): Sql;
  /** The same as JSON text, for the top of a statement. */
  text(alias: string): Sql;
}

export function recordQuery(items: readonly Item[], serverVersion: number): RecordQuery {
  const fits = items.length <= MAX_SELECT_ENTRIES && items.every(([key]) => fitsName(key));
  if (fits)
    return {
      list: join(items.map(([key, expression]) => sql<Value>`${expression} as ${identifier(key)}`)),
      value: (alias) => sql`(${identifier(alias)}.*)::record`,
      text: (alias) => sql`row_to_json(${identifier(alias)}.*)::text`,
    };
  const object = serverVersion >= FIRST_VERSION_WITH_JSON_OBJECT ? jsonObject(items) : mergedObjects(items);
  return {
    list: sql<Value>`${object} as j`,
    value: (alias) => identifier(alias, 'j'),
    text: (alias) => sql`${identifier(alias, 'j')}::text`,
  };
}

function fitsName(key: string): boolean {
  return key.length <= MAX_NAME_BYTES && Buffer.byteLength(key) <= MAX_NAME_BYTES;
}

function jsonObject(items: readonly Item[]): Sql<Value> {
  return sql<Value>`json_object(${join(items.map(([key, expression]) => sql<Value>`${literal(key)} : ${expression}`))} returning json)`;
}

/** PostgreSQL 15: objects of 50 pairs each, put together as text, since json has no concatenation. */
function mergedObjects(items: readonly Item[]): Sql<Value> {
  const chunks: Sql<Value>[] = [];
  for (let start = 0; start < items.length; start += PAIRS_PER_CALL) {
    const pairs = items.slice(start, start + PAIRS_PER_CALL);
    const object = sql<Value>`json_build_object(${join(pairs.map(([key, expression]) => sql<Value>`${literal(key)}, ${expression}`))})`;
    // Without its braces, and written once: objects nest.
    chunks.push(sql<Value>`right(left(${object}::text, -1), -1)`);
  }
  return sql<Value>`('{' || ${join(chunks, " || ',' || ")} || '}')::json`;
}
