/** Tables, partitioned tables (their partitions left out), views, materialised and foreign tables, with their columns. */
export interface TableRow {
  oid: number;
  schema: string;
  name: string;
  kind: 'r' | 'p' | 'v' | 'm' | 'f';
  row_type: number;
  comment: string | null;
  row_security: boolean;
  force_row_security: boolean;
  /** Bits of pg_relation_is_updatable: 4 update, 8 insert, 16 delete. */
  events: number;
  /** Somebody's code runs when rows are written. */
  triggers: boolean;
  columns: {
    number: number;
    name: string;
    type: number;
    not_null: boolean;
    has_default: boolean;
    identity: '' | 'a' | 'd';
    generated: '' | 's' | 'v';
    comment: string | null;
  }[];
}

export const TABLES = `
select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relkind as kind, c.reltype::int8 as row_type,
  pg_catalog.obj_description(c.oid, 'pg_class') as comment,
  c.relrowsecurity as row_security, c.relforcerowsecurity as force_row_security,
  pg_catalog.pg_relation_is_updatable(c.oid, true) as events,
  c.relkind = 'v' or exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
  coalesce((
    select json_agg(json_build_object('number', a.attnum, 'name', a.attname, 'type', a.atttypid::int8,
        'not_null', a.attnotnull or (t.typtype = 'd' and t.typnotnull), 'has_default', a.atthasdef, 'identity', a.attidentity,
        'generated', a.attgenerated, 'comment', d.description) order by a.attnum)
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_description d
      on d.classoid = 'pg_catalog.pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname = any($1::text[])
  and not exists (select from pg_catalog.pg_depend x
    where x.classid = 'pg_catalog.pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')
order by n.nspname, c.relname`;
