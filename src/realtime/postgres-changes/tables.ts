/** Which tables a subscription is about, and what of them the caller may see. */
import type { Pool } from 'pg';
import type { Catalog, Column, Table } from '../../data/catalog/catalog.ts';
import type { Grants } from '../../data/catalog/grants.ts';
import { AppError } from '../../errors.ts';
import type { RowQuery } from '../row-events/query.ts';
import { filterPredicate } from './filter.ts';
import type { ChangesWish } from './wish.ts';

/** A database that came from Supabase says by this publication whose changes may be followed. */
const PUBLICATION = `
select c.oid::int8::text as oid from pg_catalog.pg_publication_tables t
join pg_catalog.pg_namespace n on n.nspname = t.schemaname
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.tablename
where t.pubname = 'supabase_realtime'`;
const EXISTS = `select 1 from pg_catalog.pg_publication where pubname = 'supabase_realtime'`;

/** Undefined: there is no such publication, and all that are told of may be followed. */
export async function publishedForClients(pool: Pool): Promise<ReadonlySet<number> | undefined> {
  const [exists, tables] = await Promise.all([pool.query(EXISTS), pool.query<{ oid: string }>(PUBLICATION)]);
  return exists.rows.length === 0 ? undefined : new Set(tables.rows.map(({ oid }) => Number(oid)));
}

export interface TableQuery {
  readonly query: RowQuery;
  readonly columns: readonly Column[];
  /** What makes it another question than others about the table. */
  readonly key: string;
}

export interface Surroundings {
  readonly catalog: Catalog;
  readonly grants: Grants;
  readonly published: ReadonlySet<number> | undefined;
}

/** Throws AppError, in the words that clients of Supabase know. */
export function tableQueries(wish: ChangesWish, { catalog, grants, published }: Surroundings): TableQuery[] {
  const { event, schema, table, filter, select } = wish;
  if (!['*', 'INSERT', 'UPDATE', 'DELETE'].includes(event)) throw refused(wish, 'the event is unknown');
  const isWildcard = schema === '*' || table === '*';
  if (isWildcard && select) throw refused(wish, 'select needs a table');
  const found = catalog.tables.filter(
    (one) =>
      (schema === '*' || one.schema === schema) &&
      (table === '*' || one.name === table) &&
      (one.kind === 'table' || one.kind === 'partitioned table') &&
      (published === undefined || published.has(one.oid)) &&
      one.columns.some((column) => grants.canSelect(column)),
  );
  if (found.length === 0 && !isWildcard) throw refused(wish);
  return found.map((one) => {
    const readable = one.columns.filter((column) => grants.canSelect(column));
    const columns = chosen(wish, one, readable);
    const shape = {
      kind: 'object' as const,
      entries: columns.map(
        (column) => [column.name, { kind: 'column', column, path: undefined, asText: false }] as const,
      ),
    };
    const where = filter === undefined ? undefined : predicate(wish, filter, one, readable, catalog);
    return {
      query: { table: one, where, old: shape, new: shape, variables: {} },
      columns,
      key: JSON.stringify(['postgres_changes', one.oid, filter, columns.map(({ number }) => number)]),
    };
  });
}

function chosen(wish: ChangesWish, { primaryKey }: Table, readable: readonly Column[]): readonly Column[] {
  const { select } = wish;
  if (!select) return readable;
  for (const name of select)
    if (!readable.some((column) => column.name === name))
      throw refused(wish, `there is no column ${name} that may be read`);
  return readable.filter((column) => select.includes(column.name) || primaryKey?.columns.includes(column));
}

function predicate(
  wish: ChangesWish,
  filter: string,
  table: Table,
  readable: readonly Column[],
  catalog: Catalog,
) {
  try {
    return filterPredicate(filter, table, readable, catalog);
  } catch (error) {
    throw error instanceof AppError ? refused(wish, error.message) : error;
  }
}

function refused({ event, schema, table, filter }: ChangesWish, why?: string): AppError {
  const asked = [
    `event: ${event}`,
    `schema: ${schema}`,
    `table: ${table}`,
    ...(filter === undefined ? [] : [`filter: ${filter}`]),
  ];
  return new AppError(
    'validation-failed',
    `Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: [${asked.join(', ')}]${why === undefined ? '' : `: ${why}`}`,
  );
}
