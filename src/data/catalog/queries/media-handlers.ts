/** Aggregates that make a document of rows: their result is of a domain that is called like a media type. */
export interface MediaHandlerRow {
  schema: string;
  name: string;
  /** The row type that they take, or 0 where any will do. */
  argument: number;
  result: number;
}

export const MEDIA_HANDLERS = `
select n.nspname as schema, p.proname as name, p.prorettype::int8 as result,
  case when p.proargtypes[0] = 'pg_catalog.anyelement'::regtype then 0 else p.proargtypes[0]::int8 end as argument
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type t on t.oid = p.prorettype
where p.prokind = 'a' and p.pronargs = 1 and t.typtype = 'd' and pg_catalog.strpos(t.typname, '/') > 0
  and n.nspname = any($1::text[])
order by n.nspname, p.proname, p.oid`;
