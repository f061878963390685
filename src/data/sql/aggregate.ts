/** Aggregate calls. */
import { empty, join, keyword, type Sql, sql } from '../../database/sql.ts';
import { type PgType, withoutDomain } from '../catalog/catalog.ts';
import type { Aggregate, Operand, Value } from '../plan/expression.ts';

/** Types that PostgreSQL 15 has max() and min() for; for the others the first of the sorted values serves. */
const HAS_MAXIMUM = new Set(
  `int2 int4 int8 float4 float8 numeric money text bpchar varchar date time timetz timestamp timestamptz interval inet oid
   citext tid pg_lsn xid8`.split(/\s+/),
);

export function aggregateCall(aggregate: Aggregate, operands: readonly Sql<Value>[]): Sql<Value> {
  const { function: name, distinct } = aggregate;
  const [first] = operands;
  if (first === undefined) return sql`count(*)`;
  if ((name === 'max' || name === 'min') && !hasMaximum(aggregate.operands[0]!))
    return sql<Value>`(pg_catalog.array_agg(${first} order by ${first} ${keyword(name === 'max' ? 'desc' : 'asc')}) filter (where ${first} is not null))[1]`;
  const list = operands.length > 1 && name === 'count' ? sql<Value>`(${join(operands)})` : join(operands);
  return sql<Value>`pg_catalog.${keyword(name)}(${distinct ? sql`distinct ` : empty}${list})`;
}

function hasMaximum(operand: Operand): boolean {
  const type = operandType(operand);
  if (type === undefined) return true;
  const plain = withoutDomain(type);
  return plain.kind === 'enum' || plain.kind === 'array' || HAS_MAXIMUM.has(plain.name);
}

/** Type of a column or of a computed field; undefined where neither. */
export function operandType(operand: Operand): PgType | undefined {
  if (operand.kind === 'column') return operand.column.type;
  if (operand.kind === 'call') return operand.call.routine.returnType;
  return undefined;
}
