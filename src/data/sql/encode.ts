/** How a value is written to JSON: what row_to_json makes of it, or its text where numbers are to be strings. */
import { type Sql, sql } from '../../database/sql.ts';
import { type PgType, withoutDomain } from '../catalog/catalog.ts';
import type { Value } from '../plan/plan.ts';
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

/** Types whose numbers a double cannot hold, or that clients have come to expect as strings. */
export function isWideNumber(type: PgType): boolean {
  const plain = withoutDomain(type);
  return ['int8', 'numeric', 'float8', 'money'].includes((plain.element ?? plain).name);
}
