/** ORDER BY: keys over a row, with the joins that keys of related rows need. */
import { identifier, join, keyword, type Sql, sql } from '../../database/sql.ts';
import type { Operand, Order, Value } from '../plan/expression.ts';
import type { Aliases } from './aliases.ts';
import { operandSql, relatedCondition, whereClause } from './predicate.ts';
import { type Row, sourceRow } from './row.ts';
import { relatedItem } from './source.ts';

export interface OrderKey {
  readonly order: Order;
  readonly expression: Sql<Value>;
}

/** Keys over `row`, and the lateral joins (` left join lateral …`) that they read from. */
export function orderKeys(
  orders: readonly Order[],
  row: Row,
  aliases: Aliases,
): { keys: OrderKey[]; joins: Sql<Value>[] } {
  const joins: Sql<Value>[] = [];
  const keys = orders.map((order) => ({
    order,
    expression: orderExpression(order.operand, row, aliases, joins),
  }));
  return { keys, joins };
}

/** A key of the related row is joined, not sub-selected: the planner may then hash the whole of it. */
function orderExpression(operand: Operand, row: Row, aliases: Aliases, joins: Sql<Value>[]): Sql<Value> {
  if (operand.kind !== 'via') return operandSql(operand, row, aliases);
  const { related } = operand;
  const alias = aliases.next();
  const inner = sourceRow(related.source.table, alias);
  const below: Sql<Value>[] = [];
  const value = orderExpression(operand.operand, inner, aliases, below);
  const where = whereClause(relatedCondition(related, row, inner, alias));
  // A declared relationship need not be unique on the other side; a foreign key's target is.
  const limit = related.relationship?.foreignKey ? sql`` : sql` limit 1`;
  const outer = aliases.next();
  joins.push(
    sql<Value>` left join lateral (select ${value} as k from ${relatedItem(related.source, related.relationship, alias, row)}${below}${where}${limit}) ${identifier(outer)} on true`,
  );
  return identifier(outer, 'k');
}

/** ` order by a, b desc`, or nothing. */
export function orderClause(keys: readonly OrderKey[]): Sql<Value> {
  if (keys.length === 0) return sql``;
  return sql<Value>` order by ${join(keys.map(({ order, expression }) => sql<Value>`${expression}${suffix(order)}`))}`;
}

function suffix({ direction, nulls }: Order): Sql {
  const byDefault = direction === 'asc' ? 'last' : 'first';
  const direct = direction === 'asc' ? sql`` : sql` desc`;
  return nulls === byDefault ? direct : sql`${direct} nulls ${keyword(nulls)}`;
}
