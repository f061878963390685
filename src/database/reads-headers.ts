/** Whether a policy, a view or a function of the database reads the headers of a request. Only then do they tell callers apart. */
import type pg from 'pg';

const FOUND = `
  select exists (
    select from pg_catalog.pg_proc p
    where (p.prosrc ~ $1 or pg_catalog.pg_get_function_sqlbody(p.oid) ~ $1)
      and p.pronamespace <> 'pg_catalog'::pg_catalog.regnamespace
  ) or exists (
    select from pg_catalog.pg_policy p
    where pg_catalog.pg_get_expr(p.polqual, p.polrelid) ~ $1
  ) or exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
      and pg_catalog.pg_get_viewdef(c.oid) ~ $1
  ) as found`;

/** A name that is put together while it runs cannot be found. */
const NAME = 'request\\.headers';

export async function readsHeaders(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(FOUND, [NAME]);
  return rows[0]?.found !== false;
}
