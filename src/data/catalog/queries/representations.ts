/** Functions that turn a domain into JSON or text and back: implicit casts that PostgreSQL itself passes over for domains. */
export interface RepresentationRow {
  source: number;
  target: number;
  schema: string;
  name: string;
}

export const REPRESENTATIONS = `
select x.castsource::int8 as source, x.casttarget::int8 as target, n.nspname as schema, p.proname as name
from pg_catalog.pg_cast x
join pg_catalog.pg_type s on s.oid = x.castsource
join pg_catalog.pg_type t on t.oid = x.casttarget
join pg_catalog.pg_proc p on p.oid = x.castfunc
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where x.castcontext = 'i' and x.castmethod = 'f'
  and (s.typtype = 'd' and x.casttarget in ('pg_catalog.json'::regtype, 'pg_catalog.text'::regtype)
    or t.typtype = 'd' and x.castsource in ('pg_catalog.json'::regtype, 'pg_catalog.text'::regtype))`;
