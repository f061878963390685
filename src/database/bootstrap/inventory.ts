/** What of the platform's roles, schemas and functions is there: one query, one round trip, nothing written. */
import type { ClientBase } from 'pg';

export interface RoleFacts {
  readonly login: boolean;
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly bypassRls: boolean;
  readonly createRole: boolean;
  readonly comment: string | null;
}

export interface Inventory {
  readonly versionNumber: number;
  readonly login: { readonly name: string; readonly superuser: boolean; readonly replication: boolean };
  readonly database: {
    readonly name: string;
    /** The login has the owner's rights. */
    readonly owned: boolean;
    readonly publicMayCreateTemporary: boolean;
    /** Roles with an explicit CREATE. */
    readonly creators: readonly string[];
  };
  readonly roles: Readonly<Record<string, RoleFacts>>;
  /** `member of role`, with ` admin` at the end where it holds. */
  readonly memberships: readonly string[];
  readonly schemas: Readonly<Record<string, SchemaFacts>>;
  /** `auth.uid` → what is known of it. */
  readonly functions: Readonly<
    Record<string, { readonly ofSuperuser: boolean; readonly comment: string | null }>
  >;
  readonly eventTriggers: readonly string[];
  /** `creator schema kind grantee`, e.g. `postgres public r anon`. */
  readonly defaultPrivileges: readonly string[];
}

export interface SchemaFacts {
  readonly owner: string;
  readonly owned: boolean;
  readonly usage: readonly string[];
  readonly create: readonly string[];
}

export async function takeInventory(client: ClientBase, schemas: readonly string[]): Promise<Inventory> {
  const { rows } = await client.query<{ inventory: Inventory }>(INVENTORY, [schemas]);
  const inventory = rows[0]?.inventory;
  if (!inventory) throw new Error('the inventory query returned no row');
  return inventory;
}

const ROLE_NAMES = `'^(anon|authenticated|service_role|(authenticator|goforward_platform|goforward_replication)(_[0-9a-f]{8})?)$'`;

/** PUBLIC is printed as an empty name. */
const grantee = `coalesce(pg_catalog.pg_get_userbyid(nullif(x.grantee, 0)), '')`;

const INVENTORY = `
select jsonb_build_object(
  'versionNumber', current_setting('server_version_num')::int,
  'login', (
    select jsonb_build_object('name', r.rolname, 'superuser', r.rolsuper, 'replication', r.rolreplication)
    from pg_roles r where r.rolname = current_user),
  'database', (
    select jsonb_build_object(
      'name', d.datname,
      'owned', pg_has_role(d.datdba, 'usage'),
      'publicMayCreateTemporary', exists (
        select from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
        where x.grantee = 0 and x.privilege_type = 'TEMPORARY'),
      'creators', array(
        select ${grantee} from aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
        where x.privilege_type = 'CREATE'))
    from pg_database d where d.datname = current_database()),
  'roles', coalesce((
    select jsonb_object_agg(r.rolname, jsonb_build_object(
      'login', r.rolcanlogin, 'superuser', r.rolsuper, 'inherit', r.rolinherit, 'bypassRls', r.rolbypassrls,
      'createRole', r.rolcreaterole, 'comment', shobj_description(r.oid, 'pg_authid')))
    from pg_roles r where r.rolname ~ ${ROLE_NAMES}), '{}'),
  'memberships', array(
    select m.rolname || ' of ' || r.rolname || case when bool_or(a.admin_option) then ' admin' else '' end
    from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
    where m.rolname ~ ${ROLE_NAMES} group by m.rolname, r.rolname),
  'schemas', coalesce((
    select jsonb_object_agg(n.nspname, jsonb_build_object(
      'owner', pg_get_userbyid(n.nspowner),
      'owned', pg_has_role(n.nspowner, 'usage'),
      'usage', array(select ${grantee} from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x where x.privilege_type = 'USAGE'),
      'create', array(select ${grantee} from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x where x.privilege_type = 'CREATE')))
    from pg_namespace n where n.nspname = any($1::text[])), '{}'),
  'functions', coalesce((
    select jsonb_object_agg(n.nspname || '.' || p.proname, jsonb_build_object(
      'ofSuperuser', o.rolsuper, 'comment', obj_description(p.oid, 'pg_proc')))
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles o on o.oid = p.proowner
    where n.nspname = 'goforward' or n.nspname = 'auth' and p.pronargs = 0), '{}'),
  'eventTriggers', array(
    select e.evtname from pg_event_trigger e where e.evtname like 'goforward\\_%' and e.evtenabled in ('O', 'A')),
  'defaultPrivileges', array(
    select pg_get_userbyid(d.defaclrole) || ' ' || n.nspname || ' ' || d.defaclobjtype::text || ' ' || ${grantee}
    from pg_default_acl d join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x
    where n.nspname = any($1::text[])
    group by d.defaclrole, n.nspname, d.defaclobjtype, x.grantee)
) as inventory`;
