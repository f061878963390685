/** What stands in FROM: tables, routines, and rows that an earlier statement of the batch has written. */
import { identifier, join, type Sql, sql } from '../../database/sql.ts';
import type { Relationship } from '../catalog/catalog.ts';
import type { Source, Value } from '../plan/expression.ts';
import { callSql } from './call.ts';
import type { Row } from './row.ts';
import { stash } from './stash.ts';
import { typeName } from './types.ts';

type Fragment = Sql<Value>;

/** `schema.table alias`; `outer` is the row that a routine's argument may need. */
export function fromItem(source: Source, alias: string, outer: Row | undefined): Fragment {
  const name = identifier(alias);
  switch (source.kind) {
    case 'table':
      return sql`${identifier(source.table.schema, source.table.name)} ${name}`;
    case 'routine':
      return sql<Value>`${callSql(source.call, outer)} ${name}`;
    case 'with':
      return sql`${identifier(source.name)} ${name}`;
    case 'record':
      return sql`${changedRow()} ${name}`;
    case 'written rows':
      return sql`json_populate_recordset(null::${identifier(source.table.schema, source.table.name)}, ${stash(source.stash)}) ${name}`;
    case 'written keys': {
      const columns = source.key.map((column) => sql`${identifier(column.name)} ${typeName(column.type)}`);
      const names = source.key.map((_, index) => identifier(`k${index + 1}`));
      const keys = sql`rows from (json_to_recordset(${stash(source.stash)}) as (${join(columns)})) with ordinality ${keysAlias(alias)}(${join(names)}, o)`;
      return sql`${keys}, ${identifier(source.table.schema, source.table.name)} ${name}`;
    }
  }
}

/** A FROM item that gives the row which is told by a change, within the statement that goes through them. */
export function changedRow(): Sql {
  return sql`pg_catalog.jsonb_populate_record(${identifier(CHANGES, 'row')}, '{}'::pg_catalog.jsonb)`;
}

/** Callers' words cannot reach it. */
export const CHANGES = '%changes';

/** The source with the table in between, where the relationship has one. */
export function relatedItem(
  source: Source,
  relationship: Relationship | undefined,
  alias: string,
  outer: Row | undefined,
): Fragment {
  const item = fromItem(source, alias, outer);
  const between = relationship?.junction?.table;
  if (!between) return item;
  return sql<Value>`${item} cross join ${identifier(between.schema, between.name)} ${identifier(junctionAlias(alias))}`;
}

export function junctionAlias(alias: string): string {
  return `${alias}_between`;
}

/** The condition that belongs to the FROM item. */
export function sourceCondition(source: Source, row: Row, alias: string): Fragment | undefined {
  // A routine that returns one row and found none gives a row of nulls.
  if (source.kind === 'routine' && !source.call.routine.returnsSet) return sql`not (${row.whole()} is null)`;
  if (source.kind !== 'written keys') return undefined;
  return join(
    source.key.map(
      (column, index) => sql`${row.column(column)} = ${keysAlias(alias)}.${identifier(`k${index + 1}`)}`,
    ),
    ' and ',
  );
}

/** The order in which the rows were written. */
export function sourceOrder(source: Source, alias: string): Sql | undefined {
  return source.kind === 'written keys' ? sql`${keysAlias(alias)}.o` : undefined;
}

function keysAlias(alias: string): Sql {
  return identifier(`${alias}_keys`);
}
