/** Functions of the exposed schemas (no aggregates, window functions, procedures, trigger functions). */
export interface RoutineRow {
  oid: number;
  schema: string;
  name: string;
  volatility: 'i' | 's' | 'v';
  returns_set: boolean;
  rows: number;
  return_type: number;
  strict: boolean;
  comment: string | null;
  variadic: boolean;
  /** Input arguments in order; the last `default_count` have a default. */
  argument_types: number[];
  argument_names: string[];
  default_count: number;
  /** Columns of RETURNS TABLE and OUT arguments. */
  result_columns: { name: string; type: number }[] | null;
}

export const ROUTINES = `
select p.oid::int8 as oid, n.nspname as schema, p.proname as name, p.provolatile as volatility, p.proretset as returns_set,
  p.prorows as rows,
  p.prorettype::int8 as return_type, p.proisstrict as strict, pg_catalog.obj_description(p.oid, 'pg_proc') as comment,
  p.provariadic <> 0 as variadic,
  coalesce((select json_agg(a.t::int8 order by a.o) from unnest(p.proargtypes::oid[]) with ordinality a(t, o)), '[]') as argument_types,
  coalesce((select json_agg(coalesce(p.proargnames[a.i], '') order by a.i)
    from generate_series(1, coalesce(array_length(p.proallargtypes, 1), p.pronargs)) a(i)
    where p.proargmodes is null or p.proargmodes[a.i] in ('i', 'b', 'v')), '[]') as argument_names,
  p.pronargdefaults as default_count,
  (select json_agg(json_build_object('name', p.proargnames[a.i], 'type', p.proallargtypes[a.i]::int8) order by a.i)
    from generate_series(1, array_length(p.proallargtypes, 1)) a(i)
    where p.proargmodes[a.i] in ('o', 'b', 't')) as result_columns
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f' and n.nspname = any($1::text[])
  and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  and not exists (select from pg_catalog.pg_depend x
    where x.classid = 'pg_catalog.pg_proc'::regclass and x.objid = p.oid and x.deptype = 'e')
order by n.nspname, p.proname, p.oid`;
