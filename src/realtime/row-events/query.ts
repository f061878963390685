/** What a subscriber wants to be told of a table's changes, and the statements that tell it: compiled once for a role. */
import type { Touch } from '../../caller-scope.ts';
import type { Catalog, Column, Table } from '../../data/catalog/catalog.ts';
import { type Predicate, type Value, Variable } from '../../data/plan/expression.ts';
import { columnsUsed } from '../../data/plan/inspect.ts';
import type { ObjectShape } from '../../data/plan/plan.ts';
import { touchesOfChanges } from '../../data/plan/touches.ts';
import { type PreparedQuery, prepareQuery } from '../../data/run.ts';
import { compileChange } from '../../data/sql/change.ts';
import { statementName } from '../../data/sql/compile.ts';
import type { RowRules } from './rules.ts';

export interface RowQuery {
  readonly table: Table;
  readonly where: Predicate | undefined;
  /** How an old and a new row are told. */
  readonly old: ObjectShape;
  readonly new: ObjectShape;
  /** Values of the variables in `where`. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface SideStatement {
  readonly text: string;
  readonly name: string;
  readonly parameters: readonly Value[];
  /** Columns without which it cannot be said whether the row is meant and may be seen. */
  readonly judges: ReadonlySet<Column>;
  /** Columns that are told. */
  readonly tells: ReadonlySet<Column>;
}

export interface RowStatements {
  /** What they do, in the words of scopes. */
  readonly touches: readonly Touch[];
  readonly old: SideStatement;
  readonly new: SideStatement;
  /** Reads the new row from the table, as the caller, by its primary key; undefined where there is none. */
  readonly reread: { readonly query: PreparedQuery; readonly key: readonly Column[] } | undefined;
}

export function compileStatements(
  query: RowQuery,
  rules: RowRules,
  catalog: Catalog,
  role: string,
): RowStatements {
  const { table, where, old, new: now } = query;
  const judges = new Set([
    ...columnsUsed(table, where),
    ...table.columns.filter(({ number }) => rules.columns.has(number)),
  ]);
  const side = (shape: ObjectShape): SideStatement => {
    const { text, parameters } = compileChange({ table, where, shape, policies: rules.policies }, catalog);
    return { text, parameters, name: statementName(text, role), judges, tells: columnsUsed(table, shape) };
  };
  return {
    touches: touchesOfChanges(query),
    old: side(old),
    new: side(now),
    reread: rereadOf(table, where, now, catalog, role),
  };
}

/** The variable that a column of the key is bound under. */
export function keyVariable({ number }: Column): string {
  return `%key${number}`;
}

function rereadOf(
  table: Table,
  where: Predicate | undefined,
  shape: ObjectShape,
  catalog: Catalog,
  role: string,
): RowStatements['reread'] {
  const key = table.primaryKey?.columns;
  if (!key) return undefined;
  const isKey = key.map(
    (column): Predicate => ({
      kind: 'compare',
      operator: '=',
      operand: { kind: 'column', column },
      value: { value: new Variable(keyVariable(column)), type: column.type },
    }),
  );
  const plan = {
    kind: 'read' as const,
    source: { kind: 'table' as const, table },
    where: { kind: 'and' as const, all: [...isKey, ...(where ? [where] : [])] },
    distinct: [],
    order: [],
    limit: undefined,
    offset: undefined,
    byKey: true,
    shape,
    take: 'maybe' as const,
  };
  return { key, query: prepareQuery([['row', plan]], catalog, role, 1) };
}
