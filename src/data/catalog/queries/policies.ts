/** Row level security policies of the exposed schemas. */
export interface PolicyRow {
  table: number;
  name: string;
  permissive: boolean;
  command: 'r' | 'a' | 'w' | 'd' | '*';
  /** Role names; `public` for everybody. */
  roles: string[];
}

export const POLICIES = `
select p.polrelid::int8 as table, p.polname as name, p.polpermissive as permissive, p.polcmd as command,
  (select json_agg(case when r.oid = 0 then 'public' else pg_catalog.pg_get_userbyid(r.oid)::text end order by r.o)
    from unnest(p.polroles) with ordinality r(oid, o)) as roles
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any($1::text[])
order by p.polrelid, p.polname`;
