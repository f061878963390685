/** Rows that travel between the statements of a batch, in a setting that is gone with the transaction. */
import { identifier, literal, type Sql, sql } from '../../database/sql.ts';
import { type Column, withoutDomain } from '../catalog/catalog.ts';

/** The rows as JSON. */
export function stash(name: string): Sql {
  return sql`pg_catalog.current_setting(${literal(name)})::pg_catalog.json`;
}

/** `set_config(name, rows of w as JSON)`: what the next statement reads. */
export function stashSql(name: string): Sql {
  return sql`pg_catalog.set_config(${literal(name)}, coalesce(json_agg(row_to_json(w.*))::text, '[]'), true)`;
}

/** A column on its way to the next statement. Of an array JSON would lose its bounds, and whether a list is a document. */
export function carried(column: Column, row: { column(column: Column): Sql }): Sql {
  const value = row.column(column);
  const isArray = withoutDomain(column.type).kind === 'array';
  return isArray ? sql`${value}::text as ${identifier(column.name)}` : value;
}
