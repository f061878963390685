/** Reads that group: aggregates stand among plain entries, and the rows are one per combination of those. */
import { empty, integer, join, type Sql, sql } from '../../database/sql.ts';
import type { Value } from '../plan/expression.ts';
import type { ObjectShape, Shape } from '../plan/plan.ts';
import { aggregateCall } from './aggregate.ts';
import type { Aliases } from './aliases.ts';
import { operandSql } from './predicate.ts';
import type { ShapeItem } from './read.ts';
import type { Row } from './row.ts';
import { typeName } from './types.ts';

type Fragment = Sql<Value>;

/** Aggregates of a spread row belong to the read that spreads it. */
export function isGrouped(shape: ObjectShape): boolean {
  return shape.entries.some(
    ([, entry]) =>
      entry.kind === 'aggregate' ||
      (entry.kind === 'spread' && entry.read.take === 'maybe' && isGrouped(objectOf(entry.read.shape))),
  );
}

function objectOf(shape: { readonly kind: string }): ObjectShape {
  return shape as ObjectShape;
}

/** The bare operand, and the aggregate for whoever groups. Rows are counted by a constant: a missing row has none. */
export function aggregateItem(
  key: string,
  { aggregate, cast }: Extract<Shape, { kind: 'aggregate' }>,
  row: Row,
  aliases: Aliases,
): ShapeItem {
  const [operand] = aggregate.operands;
  const expression = operand ? operandSql(operand, row, aliases) : sql`1`;
  const counted = operand ? aggregate : { ...aggregate, operands: [{ kind: 'constant', value: 1 } as const] };
  return {
    key,
    expression,
    aggregate: (of) => {
      const call = aggregateCall(counted, [of]);
      return cast ? sql<Value>`(${call})::${typeName(cast)}` : call;
    },
  };
}

export function aggregated({ key, expression, aggregate }: ShapeItem): ShapeItem {
  return { key, expression: aggregate ? aggregate(expression) : expression };
}

/** By position: an expression with parameters would not be recognised as the same. */
export function groupClause(items: readonly ShapeItem[]): Fragment {
  const positions = items.flatMap(({ aggregate }, index) => (aggregate ? [] : [index + 1]));
  return positions.length === 0
    ? empty
    : sql<Value>` group by ${join(positions.map((one) => sql`${integer(one)}`))}`;
}
