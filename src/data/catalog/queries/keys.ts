/** Primary keys, unique constraints and plain unique indexes; foreign keys between tables of the exposed schemas. */
export interface KeyRow {
  table: number;
  name: string;
  kind: 'primary' | 'unique';
  /** False for a unique index that is no constraint: it cannot be named in ON CONFLICT ON CONSTRAINT. Nor can a deferrable one. */
  constraint: boolean;
  columns: number[];
}

/** Partial and expression indexes are left out: they do not make a row unique by its columns alone. */
export const KEYS = `
select i.indrelid::int8 as table, x.relname as name, case when i.indisprimary then 'primary' else 'unique' end as kind,
  coalesce(not con.condeferrable, false) as constraint,
  (select json_agg(k.n order by k.o) from unnest(i.indkey::int2[]) with ordinality k(n, o) where k.o <= i.indnkeyatts) as columns
from pg_catalog.pg_index i
join pg_catalog.pg_class x on x.oid = i.indexrelid
join pg_catalog.pg_class c on c.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_constraint con on con.conindid = i.indexrelid and con.conrelid = i.indrelid and con.contype in ('p', 'u')
where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null and n.nspname = any($1::text[])
order by i.indrelid, i.indisprimary desc, x.relname`;

export interface ForeignKeyRow {
  name: string;
  table: number;
  target: number;
  columns: number[];
  target_columns: number[];
}

/** `conparentid = 0`: a partition's copy of its root's key is not a key of its own. */
export const FOREIGN_KEYS = `
select con.conname as name, con.conrelid::int8 as table, con.confrelid::int8 as target,
  to_json(con.conkey::int4[]) as columns, to_json(con.confkey::int4[]) as target_columns
from pg_catalog.pg_constraint con
join pg_catalog.pg_class c on c.oid = con.conrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where con.contype = 'f' and con.conparentid = 0 and n.nspname = any($1::text[])
order by n.nspname, c.relname, con.conkey, con.conname`;
