/** How a value is written to JSON: what row_to_json makes of it, or its text where numbers are to be strings. */
import { join, literal, type Sql, sql } from '../../database/sql.ts';
import { type PgType, withoutDomain } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import { bound } from './value.ts';

export function encoded(
  expression: Sql<Value>,
  type: PgType,
  { path, asText }: { path: Value | undefined; asText: boolean },
): Sql<Value> {
  const value = path ? sql<Value>`(${expression} operator(pg_catalog.#>) ${bound(path)})` : expression;
  if (!asText) return value;
  return withoutDomain(type).kind === 'array' ? sql<Value>`(${value})::text[]` : sql<Value>`(${value})::text`;
}

/** Base64 of a JSON list of texts. */
export function token(texts: readonly string[], values: readonly Sql<Value>[]): Sql<Value> {
  const list = [
    ...texts.map((text) => sql`${literal(text)}::text`),
    ...values.map((value) => sql<Value>`(${value})::text`),
  ];
  const json = sql<Value>`pg_catalog.convert_to(pg_catalog.json_build_array(${join<Value>(list)})::text, 'UTF8')`;
  // encode() breaks its lines.
  return sql<Value>`pg_catalog.translate(pg_catalog.encode(${json}, 'base64'), pg_catalog.chr(10), '')`;
}

/** Types whose numbers a double cannot hold, or that clients have come to expect as strings. */
export function isWideNumber(type: PgType): boolean {
  const plain = withoutDomain(type);
  return ['int8', 'numeric', 'float8', 'money'].includes((plain.element ?? plain).name);
}
