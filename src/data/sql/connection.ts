/**
 * A page of a list between two cursors. One row more than asked for tells whether there is another page; what lies on the
 * other side of the page is looked up only where somebody asks.
 */
import { identifier, integer, join, keyword, literal, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Value } from '../plan/expression.ts';
import type { ConnectionShape, ObjectShape, PageInfoPart, Position, ReadPlan } from '../plan/plan.ts';
import { token } from './encode.ts';
import { isBehind, reversed } from './keyset.ts';
import { type OrderKey, orderKeys } from './order.ts';
import { type Compilation, type Outer, type Page, pageOf, pairs, shapeItems, sourceWhere } from './read.ts';
import { sourceRow } from './row.ts';
import { type Item, type RecordQuery, recordQuery } from './shape.ts';
import { fromItem } from './source.ts';

type Fragment = Sql<Value>;

/** What the parts of one connection share. */
interface Context {
  readonly read: ReadPlan;
  readonly shape: ConnectionShape;
  readonly outer: Outer | undefined;
  readonly compilation: Compilation;
  readonly page: Page;
  readonly size: number;
  /** Number of a row of the page, counted from the side that the page was asked from. */
  readonly number: Sql;
  /** Rows of the page in the order that was asked for, without the one too many. */
  readonly inOrder: Sql;
}

export function compileConnection(
  read: ReadPlan,
  shape: ConnectionShape,
  outer: Outer | undefined,
  compilation: Compilation,
): Fragment {
  const { after, before, backward } = shape;
  const size = read.limit ?? compilation.maxRows;
  invariant(size !== undefined, 'a page has a size');
  const order = backward ? read.order.map(reversed) : read.order;
  const page = pageOf({ ...read, order, limit: size + 1 }, outer, compilation, (keys) => {
    const ends = [backward ? before : after, backward ? after : before];
    const conditions = ends.flatMap((end, index) =>
      end ? [isBehind(index === 0 ? keys : keys.map(fromOtherEnd), end)] : [],
    );
    return conditions.length === 0 ? undefined : join(conditions, ' and ');
  });
  const number = identifier(page.alias, page.row.hidden('n'));
  const inOrder = sql`${number} <= ${integer(size)} order by ${number}${backward ? sql` desc` : sql``}`;
  const context = { read, shape, outer, compilation, page, size, number, inOrder };
  const items = shape.entries.map(([key, entry]): Item => [key, part(entry, context)]);
  const result = nested(items, context);
  const rowsAlias = compilation.aliases.next();
  // Numbered outside of the LIMIT, so that its sort need not be complete.
  const numbered = sql<Value>`select ${identifier(rowsAlias)}.*, pg_catalog.row_number() over () as ${identifier(page.row.hidden('n'))} from (${page.select()}) ${identifier(rowsAlias)}`;
  return sql<Value>`(with ${identifier(page.alias)} as (${numbered}) ${result})`;
}

function part(entry: ConnectionShape['entries'][number][1], context: Context): Fragment {
  switch (entry.kind) {
    case 'literal':
      return sql`${literal(entry.text)}::text`;
    case 'total count':
      return totalCount(context);
    case 'nodes':
      return rows(context, objectQuery(entry.shape, context));
    case 'page info':
      return nested(
        entry.entries.map(([name, one]): Item => [name, pageInfo(one, context)]),
        context,
      );
    case 'edges': {
      const joins: Fragment[] = [];
      const items = entry.entries.map(([name, one]): Item => {
        if (one.kind === 'literal') return [name, sql`${literal(one.text)}::text`];
        if (one.kind === 'cursor') return [name, cursor(context)];
        const node = objectQuery(one.shape, context);
        joins.push(...node.joins);
        return [name, nested(node.items, context)];
      });
      return rows(context, { items, joins });
    }
  }
}

function fromOtherEnd({ order, expression }: OrderKey): OrderKey {
  return { order: reversed(order), expression };
}

/** `select {…}` as one value; the brackets are the caller's. */
function nested(items: readonly Item[], { compilation }: Context): Fragment {
  const record = recordQuery(items, compilation.serverVersion);
  const alias = compilation.aliases.next();
  return sql<Value>`(select ${record.value(alias)} from (select ${record.list}) ${identifier(alias)})`;
}

function objectQuery(shape: ObjectShape, { page, compilation }: Context) {
  const { items, joins } = shapeItems(shape.entries, page.row, compilation, false);
  return { items: pairs(items), joins };
}

function rows(
  { page, compilation, inOrder }: Context,
  { items, joins }: { items: readonly Item[]; joins: readonly Fragment[] },
): Fragment {
  const record: RecordQuery = recordQuery(items, compilation.serverVersion);
  const alias = compilation.aliases.next();
  return sql<Value>`array(select ${record.value(alias)} from (select ${record.list} from ${identifier(page.alias)}${joins} where ${inOrder}) ${identifier(alias)})`;
}

function cursor({ page, shape }: Context): Fragment {
  return token(
    [shape.label],
    page.keys.map(({ expression }) => expression),
  );
}

function pageInfo(part: PageInfoPart, context: Context): Fragment {
  const { shape, page, number, size, inOrder } = context;
  const { backward, after, before } = shape;
  const from = identifier(page.alias);
  const another = sql`exists(select 1 from ${from} where ${number} > ${integer(size)})`;
  switch (part.kind) {
    case 'literal':
      return sql`${literal(part.text)}::text`;
    case 'has next':
      return backward ? onOtherSide(before, context) : another;
    case 'has previous':
      return backward ? another : onOtherSide(after, context);
    case 'start cursor':
      return sql<Value>`(select ${cursor(context)} from ${from} where ${inOrder} limit 1)`;
    case 'end cursor': {
      const fromEnd = sql`${number} <= ${integer(size)} order by ${number} ${keyword(backward ? 'asc' : 'desc')}`;
      return sql<Value>`(select ${cursor(context)} from ${from} where ${fromEnd} limit 1)`;
    }
  }
}

/** Whether there is a row at the position that the page starts from, or before it. */
function onOtherSide(position: Position | undefined, context: Context): Fragment {
  if (!position) return sql`false`;
  const { read, shape, outer, compilation } = context;
  const { aliases } = compilation;
  const alias = aliases.next();
  const row = sourceRow(read.source.table, alias);
  const order = shape.backward ? read.order.map(reversed) : read.order;
  const { keys, joins } = orderKeys(order, row, aliases);
  const isBefore = sql<Value>`(${isBehind(keys, position)}) is not true`;
  const where = sourceWhere(read, row, alias, outer, aliases, isBefore);
  return sql<Value>`exists(select 1 from ${fromItem(read.source, alias, outer?.row)}${joins}${where})`;
}

function totalCount({ read, outer, compilation }: Context): Fragment {
  const { aliases } = compilation;
  const alias = aliases.next();
  const row = sourceRow(read.source.table, alias);
  invariant(read.distinct.length === 0, 'a connection has no distinct_on');
  return sql<Value>`(select count(*) from ${fromItem(read.source, alias, outer?.row)}${sourceWhere(read, row, alias, outer, aliases)})`;
}
