/** Spreads: the entries of a related row, or arrays of those of related rows, in the outer row's own select list. */
import { identifier, join, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Value } from '../plan/expression.ts';
import type { Shape } from '../plan/plan.ts';
import { type Compilation, lateral, openRows, type ShapeItem } from './read.ts';
import type { Row } from './row.ts';

type Fragment = Sql<Value>;

export function spreadItems(
  { relationship, read }: Extract<Shape, { kind: 'spread' }>,
  row: Row,
  compilation: Compilation,
  joins: Fragment[],
): ShapeItem[] {
  invariant(read.shape.kind === 'object', 'objects are spread');
  const outer = { row, relationship, single: false };
  const { items, complete } = openRows(read, read.shape, outer, { ...compilation, keepsOrder: false }, true);
  const alias = compilation.aliases.next();
  const name = (index: number) => identifier(alias, `c${index + 1}`);
  const list = items.map(
    ({ expression }, index) => sql<Value>`${expression} as ${identifier(`c${index + 1}`)}`,
  );
  const rows = complete(join(list));
  if (read.take === 'maybe') joins.push(lateral(rows, alias, read, compilation));
  else {
    const inner = compilation.aliases.next();
    // One array of JSON per entry: arrays of PostgreSQL cannot hold arrays of different lengths.
    const arrays = items.map(
      (_, index) =>
        sql`coalesce(pg_catalog.json_agg(${identifier(inner, `c${index + 1}`)}), '[]') as ${identifier(`c${index + 1}`)}`,
    );
    joins.push(
      sql<Value>` left join lateral (select ${join(arrays)} from (${rows}) ${identifier(inner)}) ${identifier(alias)} on true`,
    );
  }
  return items.map(({ key, aggregate }, index) => ({ key, expression: name(index), aggregate }));
}
