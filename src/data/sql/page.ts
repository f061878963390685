/** Aggregates and rows of one set: the set is read once, and both see the same rows. */
import { identifier, integer, join, literal, type Sql, sql } from '../../database/sql.ts';
import type { Value } from '../plan/expression.ts';
import type { AggregateShape, Entry, ObjectShape, PageShape, ReadPlan } from '../plan/plan.ts';
import { aggregateCall } from './aggregate.ts';
import { orderClause } from './order.ts';
import { operandSql } from './predicate.ts';
import { type Compilation, type Outer, type Page, pageOf, pairs, shapeItems } from './read.ts';
import type { Row } from './row.ts';
import { type Item, recordQuery } from './shape.ts';

type Fragment = Sql<Value>;

export function compilePage(
  read: ReadPlan,
  shape: PageShape,
  outer: Outer | undefined,
  compilation: Compilation,
): Fragment {
  const page = pageOf(read, outer, compilation);
  const readers = shape.entries.filter(([, entry]) => entry.kind !== 'literal').length;
  const shared = readers > 1;
  // The set is written when all its readers have asked for their columns.
  const from = () => (shared ? identifier(page.alias) : page.from());
  const parts = shape.entries.map(([key, entry]): (() => Item) => {
    if (entry.kind === 'literal') return () => [key, sql`${literal(entry.text)}::text`];
    const complete =
      entry.kind === 'aggregate'
        ? aggregateQuery(entry.entries, page, compilation)
        : nodesQuery(entry.shape, page, compilation);
    return () => [key, complete(from())];
  });
  const record = recordQuery(
    parts.map((part) => part()),
    compilation.serverVersion,
  );
  const set = shared ? sql<Value>`with ${identifier(page.alias)} as (${page.select()}) ` : sql``;
  const alias = compilation.aliases.next();
  return sql<Value>`(${set}select ${record.value(alias)} from (select ${record.list}) ${identifier(alias)})`;
}

type Complete = (from: Fragment) => Fragment;

function nodesQuery(shape: ObjectShape, page: Page, compilation: Compilation): Complete {
  const { items, joins } = shapeItems(shape.entries, page.row, compilation, false);
  const record = recordQuery(pairs(items), compilation.serverVersion);
  const order = orderClause(page.keys);
  const { maxRows } = compilation;
  const most = maxRows === undefined ? sql`` : sql` limit ${integer(maxRows)}`;
  const alias = compilation.aliases.next();
  return (from) =>
    sql<Value>`array(select ${record.value(alias)} from (select ${record.list} from ${from}${joins}${order}${most}) ${identifier(alias)})`;
}

/** All numbers in one pass over the set, then put into the shape that was asked for. */
function aggregateQuery(
  entries: readonly Entry<AggregateShape>[],
  page: Page,
  compilation: Compilation,
): Complete {
  const { aliases, serverVersion } = compilation;
  const numbers: Fragment[] = [];
  const flat = aliases.next();
  const items = aggregateItems(entries, page.row, flat, numbers, compilation);
  const record = recordQuery(items, serverVersion);
  const alias = aliases.next();
  return (from) =>
    sql<Value>`(select ${record.value(alias)} from (select ${record.list} from (select ${join(numbers)} from ${from}) ${identifier(flat)}) ${identifier(alias)})`;
}

/** Numbers under the caller's keys: each is added to `numbers`, which the query under the alias `flat` selects over `row`. */
export function aggregateItems(
  entries: readonly Entry<AggregateShape>[],
  row: Row,
  flat: string,
  numbers: Fragment[],
  compilation: Compilation,
): Item[] {
  return entries.map(([key, entry]): Item => {
    if (entry.kind === 'literal') return [key, sql`${literal(entry.text)}::text`];
    if (entry.kind === 'value') {
      const operands = entry.aggregate.operands.map((operand) =>
        operandSql(operand, row, compilation.aliases),
      );
      const name = `a${numbers.length + 1}`;
      numbers.push(sql<Value>`${aggregateCall(entry.aggregate, operands)} as ${identifier(name)}`);
      return [key, entry.asText ? sql`${identifier(flat, name)}::text` : identifier(flat, name)];
    }
    const items = aggregateItems(entry.entries, row, flat, numbers, compilation);
    const record = recordQuery(items, compilation.serverVersion);
    const alias = compilation.aliases.next();
    return [
      key,
      sql<Value>`(select ${record.value(alias)} from (select ${record.list}) ${identifier(alias)})`,
    ];
  });
}
