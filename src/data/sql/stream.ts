/** StreamPlan → one statement of one row: the answer's `data`, and the position of its last row as text (null where there is none). */
import { identifier, integer, join, render, type Sql, sql } from '../../database/sql.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { WITH_ROWS } from '../plan/document.ts';
import { type Value, Variable } from '../plan/expression.ts';
import type { StreamPlan } from '../plan/plan.ts';
import { Aliases } from './aliases.ts';
import { compilationOf, type Statement } from './compile.ts';
import { predicateSql, whereClause } from './predicate.ts';
import { readExpression } from './read.ts';
import { sourceRow, WithRow } from './row.ts';
import { recordQuery } from './shape.ts';
import { fromItem } from './source.ts';
import { bound } from './value.ts';

/** Stands for the position in the parameters: no variable of a request can be called so. */
const POSITION = new Variable('%position');

export interface StreamStatement extends Statement {
  /** Index of the parameter that holds the position. */
  readonly position: number;
}

/** The batch is found first and read second: relations are joined to its rows alone, and the position is that of one of them. */
export function compileStream(key: string, plan: StreamPlan, catalog: Catalog): StreamStatement {
  const { column, direction, batchSize } = plan;
  const { source, where } = plan.read;
  const aliases = new Aliases();
  const withRow = new WithRow(source.table, WITH_ROWS);
  const compilation = { ...compilationOf(catalog, aliases, undefined), withRow };
  const order = { operand: { kind: 'column', column }, direction, nulls: 'last' } as const;
  const read = {
    ...plan.read,
    source: { kind: 'with', table: source.table, name: WITH_ROWS },
    where: undefined,
    order: [order],
  } as const;
  const record = recordQuery([[key, readExpression(read, undefined, compilation)]], catalog.serverVersion);
  const backwards = direction === 'asc' ? sql` desc` : sql``;
  const last = withRow.column(column);
  const rows = identifier(WITH_ROWS);
  const position = sql`(select ${last}::pg_catalog.text from ${rows} order by ${last}${backwards} limit 1)`;
  const outer = aliases.next();
  const batch = batchQuery();
  const statement = render<Value>(
    sql<Value>`with ${rows} as (${batch}) select ${record.text(outer)}, ${position} from (select ${record.list}) ${identifier(outer)}`,
  );
  return { ...statement, position: statement.parameters.findIndex(({ value }) => value === POSITION) };

  /** Written when everything that is read of its rows has been asked for. */
  function batchQuery(): Sql<Value> {
    const alias = aliases.next();
    const row = sourceRow(source.table, alias);
    const key = row.column(column);
    const beyond = bound({ value: POSITION, type: column.type });
    const condition = direction === 'asc' ? sql<Value>`${key} > ${beyond}` : sql<Value>`${key} < ${beyond}`;
    const filter = whereClause(where && predicateSql(where, row, aliases), condition);
    const way = direction === 'asc' ? sql`` : sql` desc`;
    const from = fromItem(source, alias, undefined);
    return sql<Value>`select ${join(withRow.carried(row))} from ${from}${filter} order by ${key}${way} fetch first ${integer(batchSize)} rows with ties`;
  }
}
