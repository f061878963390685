/** The rows of enum tables: first key column = value, second text column = description. */
import type pg from 'pg';
import { identifier, render, sql } from '../../database/sql.ts';
import type { Catalog, Table } from './catalog.ts';
import type { Metadata } from './metadata.ts';
import type { EnumValue } from './model.ts';

/** A table that cannot be read as an enum is told to `warn` and stays a plain table. */
export async function readEnumValues(
  client: pg.ClientBase,
  catalog: Catalog,
  metadata: Metadata,
  warn: (warning: string) => void,
): Promise<Map<Table, EnumValue[]>> {
  const found = new Map<Table, EnumValue[]>();
  for (const { schema, name, isEnum } of metadata.tables ?? []) {
    const table = isEnum ? catalog.findTable(schema, name) : undefined;
    const key = table?.primaryKey?.columns[0];
    if (!table || !key) continue;
    const description = table.columns.find((column) => column !== key && column.type.category === 'S');
    const statement = sql`select ${identifier(key.name)}::text as value,
      ${description ? sql`${identifier(description.name)}::text` : sql`null::text`} as description
      from ${identifier(table.schema, table.name)} order by 1`;
    try {
      const { rows } = await client.query<{ value: string; description: string | null }>(
        render(statement).text,
      );
      const values = rows.map((row) => ({ value: row.value, description: row.description ?? undefined }));
      const bad = values.find(
        ({ value }) => !/^[_A-Za-z][_0-9A-Za-z]*$/.test(value) || ['true', 'false', 'null'].includes(value),
      );
      if (bad)
        warn(
          `enum table ${schema}.${name} is a plain table: ${JSON.stringify(bad.value)} is no GraphQL name`,
        );
      else if (values.length === 0) warn(`enum table ${schema}.${name} is a plain table: it has no rows`);
      else found.set(table, values);
    } catch (error) {
      warn(`enum table ${schema}.${name} is a plain table: ${(error as Error).message}`);
    }
  }
  return found;
}
