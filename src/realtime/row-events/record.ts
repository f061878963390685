/** A row that a change tells → the text of a value of the table's row type. */
import type { Column, Table } from '../../data/catalog/catalog.ts';
import type { Relation, Tuple } from '../changes/pgoutput.ts';

export interface RowRecord {
  /** As PostgreSQL reads a row. What is not known stands in it as null. */
  readonly text: string;
  readonly unknown: ReadonlySet<Column>;
}

const NOTHING: ReadonlySet<Column> = new Set();

/** For rows as a relation was described when they changed; the table is as it is now. */
export function recordReader(table: Table, relation: Relation): (tuple: Tuple) => RowRecord {
  const places = new Map(relation.columns.map(({ name }, index) => [name, index]));
  const columns = [...table.columns]
    .sort((a, b) => a.number - b.number)
    .map((column) => ({ column, index: places.get(column.name) ?? -1 }));
  return (tuple) => {
    let unknown: Set<Column> | undefined;
    let text = '';
    for (const { column, index } of columns) {
      const value = tuple[index];
      if (value === undefined) {
        unknown ??= new Set();
        unknown.add(column);
      }
      text += text === '' ? '(' : ',';
      if (value !== undefined && value !== null) text += quoted(value);
    }
    return { text: `${text || '('})`, unknown: unknown ?? NOTHING };
  };
}

function quoted(value: string): string {
  if (!/["\\]/.test(value)) return `"${value}"`;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;
}
