/** Types: base, enum, domain, composite, range, multirange and arrays of them, of every schema. */
export interface TypeRow {
  oid: number;
  schema: string;
  name: string;
  kind: 'b' | 'c' | 'd' | 'e' | 'm' | 'p' | 'r';
  category: string;
  /** Element type of a true array, else 0. */
  element: number;
  /** Type under a domain, else 0. */
  base: number;
  /** Relation of a composite (row) type, else 0. */
  relation: number;
  labels: string[] | null;
  fields: { name: string; type: number }[] | null;
}

export const TYPES = `
select t.oid::int8 as oid, n.nspname as schema, t.typname as name, t.typtype as kind, t.typcategory as category,
  case when t.typcategory = 'A' and t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc
    then t.typelem::int8 else 0 end as element,
  t.typbasetype::int8 as base, t.typrelid::int8 as relation,
  (select json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid) as labels,
  case when c.relkind = 'c' then (
    select json_agg(json_build_object('name', a.attname, 'type', a.atttypid::int8) order by a.attnum)
    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) end as fields
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
where n.nspname !~ '^pg_(toast|temp)'`;
