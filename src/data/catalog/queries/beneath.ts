/** Keys of all schemas, and what the views are made of: see Catalog.beneath. */
export interface BeneathKeyRow {
  name: string;
  table: number;
  target: number;
  columns: number[];
  target_columns: number[];
  is_unique: boolean;
}

const OF_USERS = "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'";

export const BENEATH_FOREIGN_KEYS = `
select con.conname as name, con.conrelid::int8 as table, con.confrelid::int8 as target,
  to_json(con.conkey::int4[]) as columns, to_json(con.confkey::int4[]) as target_columns,
  exists (select from pg_catalog.pg_constraint u where u.conrelid = con.conrelid and u.contype in ('p', 'u')
    and u.conkey @> con.conkey and u.conkey <@ con.conkey) as is_unique
from pg_catalog.pg_constraint con
join pg_catalog.pg_class c on c.oid = con.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where con.contype = 'f' and con.conparentid = 0 and ${OF_USERS}
order by n.nspname, c.relname, con.conname`;

export interface BeneathPrimaryKeyRow {
  table: number;
  columns: number[];
}

export const BENEATH_PRIMARY_KEYS = `
select con.conrelid::int8 as table, to_json(con.conkey::int4[]) as columns
from pg_catalog.pg_constraint con
join pg_catalog.pg_class c on c.oid = con.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where con.contype = 'p' and ${OF_USERS}`;

export interface ViewRow {
  view: number;
  /** The view's query as PostgreSQL keeps it. */
  definition: string;
}

export const VIEWS = `
select c.oid::int8 as view, r.ev_action::text as definition
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_rewrite r on r.ev_class = c.oid and r.ev_type = '1' and r.is_instead
where c.relkind in ('v', 'm') and ${OF_USERS}`;
