/** Positions in an order: which rows come behind the row that has these values. */
import { join, operator, type Sql, sql } from '../../database/sql.ts';
import { type PgType, withoutDomain } from '../catalog/catalog.ts';
import type { Operand, Order, Value } from '../plan/expression.ts';
import type { Position } from '../plan/plan.ts';
import type { OrderKey } from './order.ts';
import { operatorSchema } from './types.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

/** The same order from its other end. */
export function reversed(order: Order): Order {
  return {
    operand: order.operand,
    direction: order.direction === 'asc' ? 'desc' : 'asc',
    nulls: order.nulls === 'first' ? 'last' : 'first',
  };
}

/** True for the rows behind the position; null or false for it and those before it. */
export function isBehind(keys: readonly OrderKey[], position: Position): Fragment {
  const direct = asRows(keys, position);
  if (direct) return direct;
  const [first, ...others] = keys.map((key, index) => ({ key, value: position[index] })).reverse();
  let condition = follows(first!.key, first!.value);
  for (const { key, value } of others)
    condition = sql<Value>`(${follows(key, value)} or (${equals(key, value)} and ${condition}))`;
  return condition;
}

/** `(a, b) > ($1, $2)`, which an index can serve, where all keys go one way and none can be null. */
function asRows(keys: readonly OrderKey[], position: Position): Fragment | undefined {
  const [{ order: first }] = keys as readonly [OrderKey];
  const fits = keys.every(({ order }, index) => {
    const value = position[index];
    return (
      value !== undefined &&
      order.direction === first.direction &&
      !mayBeNull(order.operand) &&
      operatorSchema(value.type) === undefined
    );
  });
  if (!fits || keys.length < 2) return undefined;
  const ours = join(keys.map(({ expression }) => expression));
  const given = join(position.map((value) => bound(value!)));
  return sql<Value>`(${ours}) ${operator(first.direction === 'asc' ? '>' : '<')} (${given})`;
}

function follows({ order, expression }: OrderKey, value: Value | undefined): Fragment {
  if (value === undefined)
    return order.nulls === 'first' ? sql<Value>`(${expression}) is not null` : sql`false`;
  const symbol = operator(order.direction === 'asc' ? '>' : '<', schemaOf(value.type));
  const compared = sql<Value>`${expression} ${symbol} ${bound(value)}`;
  if (order.nulls === 'first' || !mayBeNull(order.operand)) return compared;
  return sql<Value>`(${compared} or (${expression}) is null)`;
}

function equals({ expression }: OrderKey, value: Value | undefined): Fragment {
  if (value === undefined) return sql<Value>`(${expression}) is null`;
  return sql<Value>`${expression} ${operator('=', schemaOf(value.type))} ${bound(value)}`;
}

function schemaOf(type: PgType): string | undefined {
  return operatorSchema(withoutDomain(type).kind === 'array' ? withoutDomain(type) : type);
}

function mayBeNull(operand: Operand): boolean {
  return operand.kind !== 'column' || !operand.column.notNull;
}
