/** Which columns of a view are columns of a table shown unchanged: read from the view's query tree. */

/** Column of the view, the relation and the column that it shows; a view is shown as such, its own columns are not looked through. */
export interface ShownColumn {
  readonly number: number;
  readonly relation: number;
  readonly column: number;
}

/** Depths of brackets: the list of queries and the query, then the list of its columns and a column. */
const QUERY_DEPTH = 2;
const ENTRY_DEPTH = 4;
const TARGETS = ' :targetList (';

/**
 * The columns of the outermost query only: those of sub-queries stand deeper. PostgreSQL notes at each of them where it comes
 * from, through joins and sub-queries, and nothing where it is an expression.
 */
export function shownColumns(definition: string): ShownColumn[] {
  const shown: ShownColumn[] = [];
  let depth = 0;
  let within = false;
  let own = '';
  for (let index = 0; index < definition.length; index++) {
    const character = definition[index];
    if (character === '\\') {
      index += 1;
      continue;
    }
    if (character === '(' || character === '{') {
      depth += 1;
      if (depth === ENTRY_DEPTH) own = '';
      continue;
    }
    if (character === ')' || character === '}') {
      if (within && depth === ENTRY_DEPTH && character === '}') collect(own, shown);
      depth -= 1;
      if (within && depth === QUERY_DEPTH) return shown;
      continue;
    }
    if (!within) {
      if (depth === QUERY_DEPTH && character === ' ' && definition.startsWith(TARGETS, index)) within = true;
    } else if (depth === ENTRY_DEPTH) own += character;
  }
  return shown;
}

function collect(entry: string, shown: ShownColumn[]): void {
  const found =
    /:resno (\d+) .*:resorigtbl (\d+) :resorigcol (\d+) :resjunk false/s.exec(entry)?.slice(1).map(Number) ??
    [];
  const [number, relation, column] = found;
  if (number && relation && column) shown.push({ number, relation, column });
}

type Origins = Map<number, Map<number, number[]>>;

/** Looks through views of views: view → table → column of the table → columns of the view. */
export function viewOrigins(views: ReadonlyMap<number, readonly ShownColumn[]>): Map<number, Origins> {
  const resolved = new Map<number, Origins>();
  const resolve = (view: number): Origins => {
    const known = resolved.get(view);
    if (known) return known;
    const origins: Origins = new Map();
    resolved.set(view, origins);
    const add = (table: number, column: number, number: number) => {
      const columns = origins.get(table) ?? new Map<number, number[]>();
      origins.set(table, columns);
      columns.set(column, [...(columns.get(column) ?? []), number]);
    };
    for (const { number, relation, column } of views.get(view) ?? []) {
      add(relation, column, number);
      if (!views.has(relation)) continue;
      for (const [table, columns] of resolve(relation))
        for (const [below, numbers] of columns) if (numbers.includes(column)) add(table, below, number);
    }
    return origins;
  };
  for (const view of views.keys()) resolve(view);
  return resolved;
}
