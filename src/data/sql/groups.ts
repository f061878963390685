/** Groups of rows with equal keys: grouped, filtered, sorted and limited in one sub-select, then put into the shape asked for. */
import { identifier, join, literal, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Column } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import type { GroupShape, ReadPlan } from '../plan/plan.ts';
import { encoded } from './encode.ts';
import { type OrderKey, orderClause, orderKeys } from './order.ts';
import { aggregateItems } from './page.ts';
import { predicateSql } from './predicate.ts';
import { type Compilation, limitClause, type Outer, sourceWhere, withDefaultLimit } from './read.ts';
import { sourceRow } from './row.ts';
import { type Item, recordQuery } from './shape.ts';
import { fromItem } from './source.ts';

type Fragment = Sql<Value>;

export function compileGroups(
  given: ReadPlan,
  shape: GroupShape,
  outer: Outer | undefined,
  compilation: Compilation,
): Fragment {
  const { aliases, serverVersion } = compilation;
  const read = withDefaultLimit(given, compilation.maxRows);
  const alias = aliases.next();
  const row = sourceRow(read.source.table, alias);
  const order = orderKeys(read.order, row, aliases);
  const where = sourceWhere(read, row, alias, outer, aliases);
  const having = shape.having && predicateSql(shape.having, row, aliases);
  const group = aliases.next();
  const keyOf = (column: Column): Sql => {
    const index = shape.keys.indexOf(column);
    invariant(index >= 0, 'only keys of the group are selected');
    return identifier(group, `k${index + 1}`);
  };
  const numbers: Fragment[] = [];
  const items = shape.entries.map(([key, entry]): Item => {
    if (entry.kind === 'literal') return [key, sql`${literal(entry.text)}::text`];
    const parts =
      entry.kind === 'aggregate'
        ? aggregateItems(entry.entries, row, group, numbers, compilation)
        : entry.entries.map(
            ([name, part]): Item => [
              name,
              part.kind === 'literal'
                ? sql`${literal(part.text)}::text`
                : encoded(keyOf(part.column), part.column.type, part),
            ],
          );
    const record = recordQuery(parts, serverVersion);
    const inner = aliases.next();
    return [
      key,
      sql<Value>`(select ${record.value(inner)} from (select ${record.list}) ${identifier(inner)})`,
    ];
  });
  const outside: OrderKey[] = order.keys.map((key, index) => ({
    order: key.order,
    expression: identifier(group, `o${index + 1}`),
  }));
  const list = [
    ...shape.keys.map((column, index) => sql`${row.column(column)} as ${identifier(`k${index + 1}`)}`),
    ...numbers,
    ...order.keys.map(({ expression }, index) => sql<Value>`${expression} as ${identifier(`o${index + 1}`)}`),
  ];
  // Without keys the grand total is one group, which GROUP BY () says.
  const by = sql`group by ${shape.keys.length === 0 ? sql`()` : join(shape.keys.map((column) => row.column(column)))}`;
  const filtered = having ? sql<Value>` having ${having}` : sql``;
  const groups = sql<Value>`select ${join(list)} from ${fromItem(read.source, alias, outer?.row)}${where} ${by}${filtered}${orderClause(order.keys)}${limitClause(read, compilation)}`;
  const record = recordQuery(items, serverVersion);
  const result = aliases.next();
  return sql<Value>`array(select ${record.value(result)} from (select ${record.list} from (${groups}) ${identifier(group)}${orderClause(outside)}) ${identifier(result)})`;
}
