/** The columns that tell the rows of a table or view apart. */
import type { Catalog, Column, Table } from '../data/catalog/catalog.ts';

const keys = new WeakMap<Table, readonly Column[]>();

/** The primary key; of a view the columns that show all columns of the primary key of a table beneath. */
export function keyColumnsOf(catalog: Catalog, table: Table): readonly Column[] {
  const known = keys.get(table);
  if (known) return known;
  const columns = table.primaryKey?.columns ?? viewKey(catalog, table);
  keys.set(table, columns);
  return columns;
}

function viewKey({ beneath }: Catalog, view: Table): readonly Column[] {
  const columns: Column[] = [];
  for (const [table, shown] of beneath.views.get(view.oid) ?? []) {
    const key = beneath.primaryKeys.get(table);
    if (!key?.every((number) => shown.has(number))) continue;
    for (const number of key)
      for (const own of shown.get(number) ?? []) {
        const column = view.columns.find((one) => one.number === own);
        if (column && !columns.includes(column)) columns.push(column);
      }
  }
  return columns;
}
