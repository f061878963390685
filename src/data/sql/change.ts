/**
 * Rows that are told by changes → those of them that a caller may see, as JSON. They are not read from the table, where they may be gone:
 * each comes as a value of the row type, and the policies are asked about that.
 */
import { empty, identifier, join, printed, render, type Sql, sql } from '../../database/sql.ts';
import type { Catalog, Table } from '../catalog/catalog.ts';
import { type Predicate, type Value, Variable } from '../plan/expression.ts';
import type { ObjectShape, ReadPlan } from '../plan/plan.ts';
import { Aliases } from './aliases.ts';
import { compilationOf, type Statement } from './compile.ts';
import { rowsQuery } from './read.ts';
import { CHANGES, changedRow } from './source.ts';
import { bound } from './value.ts';

export interface ChangeQuery {
  readonly table: Table;
  readonly where: Predicate | undefined;
  readonly shape: ObjectShape;
  /** Expressions that PostgreSQL printed: one of `permissive` and all of `restrictive` must hold. Undefined: no policy applies. */
  readonly policies:
    | { readonly permissive: readonly string[]; readonly restrictive: readonly string[] }
    | undefined;
}

/** The variable under which the rows are bound, a list of texts; no variable of a document has such a name. */
export const CHANGED_ROWS = '%rows';

/** Columns: the number of the row, counted from 1, and its JSON; only of rows that the caller may see and that fit. */
export function compileChange({ table, where, shape, policies }: ChangeQuery, catalog: Catalog): Statement {
  const aliases = new Aliases();
  const compilation = compilationOf(catalog, aliases, undefined);
  const read: ReadPlan = {
    kind: 'read',
    source: { kind: 'record', table },
    where,
    distinct: [],
    order: [],
    limit: undefined,
    offset: undefined,
    shape,
    take: 'many',
  };
  const { query, record } = rowsQuery(read, shape, undefined, compilation);
  const told = aliases.next();
  const changes = identifier(CHANGES);
  const rows = bound({ value: new Variable(CHANGED_ROWS), type: compilation.text, list: true });
  const numbered = sql<Value>`select n.o, n.t::${identifier(table.schema, table.name)} as row from pg_catalog.unnest(${rows}) with ordinality n(t, o) offset 0`;
  const visible = policies
    ? sql` cross join lateral (${seen(table, policies)}) ${identifier(aliases.next())}`
    : empty;
  return render(
    sql<Value>`select ${changes}.o::text, ${record.text(told)} from (${numbered}) ${changes}${visible} cross join lateral (${query}) ${identifier(told)} order by ${changes}.o`,
  );
}

/** One row where the policies hold. They speak of the row by the name of its table. */
function seen({ name }: Table, { permissive, restrictive }: NonNullable<ChangeQuery['policies']>): Sql {
  const any = permissive.length === 0 ? sql`false` : join(permissive.map(bracketed), ' or ');
  const conditions = join([sql`(${any})`, ...restrictive.map(bracketed)], ' and ');
  return sql`select from ${changedRow()} ${identifier(name)} where ${conditions}`;
}

function bracketed(expression: string): Sql {
  return sql`(${printed(expression)})`;
}
