/** A row in scope while compiling: how its columns are written, and which of them were asked for. */
import { identifier, type Sql, sql } from '../../database/sql.ts';
import type { Column, Table } from '../catalog/catalog.ts';

export interface Row {
  readonly table: Table;
  column(column: Column): Sql;
  /** The whole row as a value of the table's row type. */
  whole(): Sql;
  /** Its place among the rows of the WITH query, where it comes from there. */
  ordinal?(): Sql;
}

/** A table or routine in the FROM list under an alias. */
export function sourceRow(table: Table, alias: string): Row {
  return {
    table,
    column: (column) => identifier(alias, column.name),
    whole: () => sql`${identifier(alias)}.*`,
  };
}

/** The rows of a sub-select that carries only what is asked of it; `carried` is read when all has been asked. */
export class PageRow implements Row {
  readonly table: Table;
  readonly alias: string;
  readonly #columns = new Set<Column>();
  #whole = false;

  constructor(table: Table, alias: string) {
    this.table = table;
    this.alias = alias;
  }

  column(column: Column): Sql {
    this.#columns.add(column);
    return identifier(this.alias, column.name);
  }

  whole(): Sql {
    this.#whole = true;
    return identifier(this.alias, this.hidden('row'));
  }

  /** A name that no column of the table has. */
  hidden(name: string): string {
    let candidate = `%${name}`;
    while (this.table.columns.some((column) => column.name === candidate)) candidate = `%${candidate}`;
    return candidate;
  }

  /** The select list of the sub-select, whose own row is `inner`. */
  carried(inner: Row): Sql[] {
    const list = this.table.columns
      .filter((column) => this.#columns.has(column))
      .map((column) => inner.column(column));
    // The cast keeps a column that is called like the alias from capturing the row.
    const rowType = identifier(this.table.schema, this.table.name);
    if (this.#whole) list.push(sql`(${inner.whole()})::${rowType} as ${identifier(this.hidden('row'))}`);
    return list;
  }
}

/** The rows of the WITH query. */
export class WithRow extends PageRow {
  #numbered = false;

  ordinal(): Sql {
    this.#numbered = true;
    return identifier(this.alias, this.hidden('n'));
  }

  /** The rows of the query numbered, if anybody has asked for that. */
  numbered(query: string): Sql | undefined {
    if (!this.#numbered) return undefined;
    const name = identifier(query);
    return sql`select ${name}.*, pg_catalog.row_number() over () as ${identifier(this.hidden('n'))} from ${name}`;
  }
}
