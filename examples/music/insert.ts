/** Rows → multi-row INSERT statements of at most 1,000 rows each. */

export type Cell = string | number | null;
export type Row = readonly Cell[];

const ROWS_PER_STATEMENT = 1_000;

export function* insertStatements(
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
): Iterable<string> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const tuples = rows
      .slice(start, start + ROWS_PER_STATEMENT)
      .map((row) => `(${row.map(literal).join(', ')})`);
    yield `insert into ${table} (${columns.join(', ')}) values\n${tuples.join(',\n')};`;
  }
}

/** The cells come from our own word lists, never from a caller. */
function literal(cell: Cell): string {
  if (cell === null) return 'null';
  return typeof cell === 'number' ? String(cell) : `'${cell.replaceAll("'", "''")}'`;
}
