/** Tables and views by name, and the columns that tell their rows apart. */
import type { Catalog, Column, Table } from '../data/catalog/catalog.ts';
import { FuzzySet } from '../lib/fuzzy-set.ts';
import { RestError } from './errors.ts';

const SCORE = 0.75;
/** Beyond it no name is suggested: looking at them all would take too long. */
const MAX_NAMES = 500;

/** Throws PGRST205. */
export function findTable(catalog: Catalog, schema: string, name: string): Table {
  const table = catalog.findTable(schema, name);
  if (table) return table;
  const near = namesOf(catalog, schema)?.get(name, SCORE)[0]?.word;
  throw new RestError('PGRST205', `Could not find the table '${schema}.${name}' in the schema cache`, {
    hint: near === undefined ? undefined : `Perhaps you meant the table '${schema}.${near}'`,
  });
}

const namesByCatalog = new WeakMap<Catalog, Map<string, FuzzySet | undefined>>();

function namesOf(catalog: Catalog, schema: string): FuzzySet | undefined {
  const known = namesByCatalog.get(catalog) ?? new Map<string, FuzzySet | undefined>();
  namesByCatalog.set(catalog, known);
  if (!known.has(schema)) {
    const names = catalog.tables.filter((table) => table.schema === schema).map(({ name }) => name);
    known.set(schema, names.length > MAX_NAMES ? undefined : new FuzzySet(names));
  }
  return known.get(schema);
}

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
