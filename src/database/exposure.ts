/** How the served schemas stand: whether there is anything in them, and which tables anyone may reach without a policy. */
import type { Pool } from 'pg';

export interface Exposure {
  tables: number;
  /** `public.album`: open to the roles of the API by a grant, without row level security. */
  unprotected: readonly string[];
}

const QUERY = `
select count(*)::int as tables,
  coalesce(array_agg(n.nspname || '.' || c.relname order by n.nspname, c.relname) filter (
    where not c.relrowsecurity and exists (
      select from aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
      where a.grantee = 0 or r.rolname = any ($2))), '{}') as unprotected
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = any ($1) and c.relkind in ('r', 'p') and not c.relispartition
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

export async function readExposure(
  pool: Pool,
  schemas: readonly string[],
  roles: readonly string[],
): Promise<Exposure> {
  const { rows } = await pool.query<Exposure>(QUERY, [schemas, roles]);
  return rows[0] ?? { tables: 0, unprotected: [] };
}
