/** Tables and views by the name in the path. */
import type { Catalog, Table } from '../data/catalog/catalog.ts';
import { FuzzySet } from '../lib/fuzzy-set.ts';
import { RestError } from './errors.ts';

/** Unlike names are not worth a suggestion. */
const MIN_LIKENESS = 0.75;
/** Of more tables no index is kept. */
const MAX_TABLES = 500;

/** Throws PGRST205. */
export function findTable(catalog: Catalog, schema: string, name: string): Table {
  const table = catalog.findTable(schema, name);
  if (table) return table;
  const [best] = namesOf(catalog, schema).get(name, MIN_LIKENESS);
  throw new RestError('PGRST205', `Could not find the table '${schema}.${name}' in the schema cache`, {
    hint: best && `Perhaps you meant the table '${schema}.${best.word}'`,
  });
}

const byCatalog = new WeakMap<Catalog, Map<string, FuzzySet>>();

function namesOf(catalog: Catalog, schema: string): FuzzySet {
  const known = byCatalog.get(catalog) ?? new Map<string, FuzzySet>();
  byCatalog.set(catalog, known);
  const found = known.get(schema);
  if (found) return found;
  const tables = catalog.tables.filter((table) => table.schema === schema);
  const names = new FuzzySet(tables.length < MAX_TABLES ? tables.map(({ name }) => name) : []);
  known.set(schema, names);
  return names;
}
