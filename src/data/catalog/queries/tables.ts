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
    /** SQL of the default, names in it qualified: the column's own, that of its domain, or the next value of its identity. */
    default_expression: string | null;
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
        'default_expression', case
          when a.attgenerated <> '' then null
          when a.attidentity = 'd' then pg_catalog.format('pg_catalog.nextval(%L)', (
            select x.objid::pg_catalog.regclass from pg_catalog.pg_depend x
            where x.refclassid = 'pg_catalog.pg_class'::regclass and x.refobjid = a.attrelid and x.refobjsubid = a.attnum
              and x.classid = 'pg_catalog.pg_class'::regclass and x.deptype = 'i'))
          when d.adbin is not null then pg_catalog.pg_get_expr(d.adbin, d.adrelid)
          when t.typtype = 'd' then pg_catalog.pg_get_expr(t.typdefaultbin, 0) end,
        'generated', a.attgenerated, 'comment', n.description) order by a.attnum)
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_catalog.pg_description n
      on n.classoid = 'pg_catalog.pg_class'::regclass and n.objoid = a.attrelid and n.objsubid = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and n.nspname = any($1::text[])
  and not exists (select from pg_catalog.pg_depend x
    where x.classid = 'pg_catalog.pg_class'::regclass and x.objid = c.oid and x.deptype = 'e')
order by n.nspname, c.relname`;
