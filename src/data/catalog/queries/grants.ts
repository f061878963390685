/** What one role may do, by PostgreSQL's own has_*_privilege: membership, PUBLIC, ownership and superuser included. */
export interface RoleRow {
  /** Row security never applies to it: superuser or BYPASSRLS. */
  bypasses_row_security: boolean;
}

export const ROLE = `
select r.rolsuper or r.rolbypassrls as bypasses_row_security from pg_catalog.pg_roles r where r.rolname = $1`;

export interface TableGrantRow {
  table: number;
  /** Table-wide privileges: every column of the table. */
  select: boolean;
  insert: boolean;
  update: boolean;
  delete: boolean;
  /** Row security applies: it is on, and the role is not the owner (or the owner is forced). */
  filtered: boolean;
  /** Column numbers, where the privilege is not table-wide. */
  select_columns: number[] | null;
  insert_columns: number[] | null;
  update_columns: number[] | null;
}

const columnsWith = (privilege: string) => `case when not p.${privilege} and c.relnatts > 0
    and pg_catalog.has_any_column_privilege($1, c.oid, '${privilege}') then (
    select json_agg(a.attnum order by a.attnum) from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and pg_catalog.has_column_privilege($1, c.oid, a.attnum, '${privilege}')) end as ${privilege}_columns`;

export const TABLE_GRANTS = `
select c.oid::int8 as table, p.*,
  c.relrowsecurity and (c.relforcerowsecurity or not pg_catalog.pg_has_role($1, c.relowner, 'usage')) as filtered,
  ${['select', 'insert', 'update'].map(columnsWith).join(',\n  ')}
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (select
  pg_catalog.has_table_privilege($1, c.oid, 'select') as select,
  pg_catalog.has_table_privilege($1, c.oid, 'insert') as insert,
  pg_catalog.has_table_privilege($1, c.oid, 'update') as update,
  pg_catalog.has_table_privilege($1, c.oid, 'delete') as delete) p
where n.nspname = any($2::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and pg_catalog.has_schema_privilege($1, n.oid, 'usage')
  and (pg_catalog.has_table_privilege($1, c.oid, 'select, insert, update, delete')
    or pg_catalog.has_any_column_privilege($1, c.oid, 'select, insert, update'))`;

export const ROUTINE_GRANTS = `
select p.oid::int8 as routine
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = any($2::text[]) and pg_catalog.has_schema_privilege($1, n.oid, 'usage')
  and pg_catalog.has_function_privilege($1, p.oid, 'execute')`;
