import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { readPrismaSchema, type TableShape } from '../../support/prisma-schema.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const SHAPES = `
select n.nspname || '.' || c.relname as name,
  (select jsonb_object_agg(a.attname, jsonb_build_object(
     'type', format_type(a.atttypid, a.atttypmod),
     'nullable', not a.attnotnull,
     'default', case when a.attidentity <> '' then 'identity' else pg_get_expr(d.adbin, d.adrelid) end))
   from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  array(
    select case when i.indisprimary then 'primary' when i.indisunique then 'unique' else 'index' end || ' (' ||
      (select string_agg(a.attname, ', ' order by k.position)
       from unnest(i.indkey) with ordinality k(number, position)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number) || ')'
    from pg_index i where i.indrelid = c.oid order by 1) as indexes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname in ('auth', 'storage', 'realtime', 'goforward')
  and c.relname <> '_prisma_migrations'`;

it('has the same tables, columns, types, defaults and indexes', async () => {
  const rows = await database.sql<{ name: string } & TableShape>(SHAPES);
  const actual = Object.fromEntries(rows.map(({ name, columns, indexes }) => [name, { columns, indexes }]));
  const expected = readPrismaSchema(
    readFileSync(new URL('../../../prisma/schema.prisma', import.meta.url), 'utf8'),
  );
  expect(Object.keys(expected).length).toBeGreaterThan(0);
  expect(actual).toEqual(expected);
});
