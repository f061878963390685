/** `alter role … set …`: what PostgreSQL applies at login alone, for roles that are taken without one. */
import type pg from 'pg';

export interface RoleSettings {
  /** Settings of the login itself that begin with the prefix, which is left out. */
  readonly own: ReadonlyMap<string, string>;
  /** By role that the login may become: settings that every user may change. */
  readonly byRole: ReadonlyMap<string, readonly (readonly [name: string, value: string])[]>;
}

/** Those of this database override those of all. */
const QUERY = `
select r.rolname as role, pg_catalog.split_part(c.one, '=', 1) as name,
  pg_catalog.substr(c.one, pg_catalog.strpos(c.one, '=') + 1) as value
from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_roles r on r.oid = s.setrole
cross join pg_catalog.unnest(s.setconfig) c(one)
left join pg_catalog.pg_settings p on p.name = pg_catalog.split_part(c.one, '=', 1)
where s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
  and (r.rolname = $1 and pg_catalog.starts_with(c.one, $2)
    or r.rolname <> $1 and pg_catalog.pg_has_role($1, r.oid, 'member') and (p.context = 'user' or p.name is null)
      and pg_catalog.split_part(c.one, '=', 1) <> 'search_path')
order by s.setdatabase`;

export async function readRoleSettings(
  client: Pick<pg.Pool, 'query'>,
  login: string,
  prefix: string,
): Promise<RoleSettings> {
  const { rows } = await client.query<{ role: string; name: string; value: string }>(QUERY, [login, prefix]);
  const own = new Map<string, string>();
  const byRole = new Map<string, Map<string, string>>();
  for (const { role, name, value } of rows) {
    if (role === login) {
      own.set(name.slice(prefix.length), value);
      continue;
    }
    const settings = byRole.get(role) ?? new Map<string, string>();
    byRole.set(role, settings);
    settings.set(name, value);
  }
  return { own, byRole: new Map([...byRole].map(([role, settings]) => [role, [...settings]])) };
}
