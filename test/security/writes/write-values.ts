/** Values of a type as SQL, and what PostgreSQL printed as data. */
import type { Json } from '../reference/evaluate.ts';
import type { ColumnType } from '../reference/schema-model.ts';
import { sqlLiteral } from '../reference/values.ts';

export function typedLiteral(type: ColumnType, value: unknown): string {
  if (value === null) return `null::${type}`;
  return `${sqlLiteral(type === 'jsonb' ? JSON.stringify(value) : value)}::${type}`;
}

export function decoded(value: string | null, type: ColumnType): Json {
  if (value === null) return null;
  if (type === 'bool') return value === 't';
  if (type === 'jsonb') return JSON.parse(value) as Json;
  return type === 'text' || type === 'date' ? value : Number(value);
}
