with i as (select 1 as o, $1::int4 as v1, $2::int4 as v2), w as (insert into public.item as t1 (id, stock) select i.v1, i.v2 from i
order by i.o on conflict on constraint item_pkey do update set stock = excluded.stock
where t1.name = $3::text returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"
-- $2 = "3"
-- $3 = "Pen"

with i as (select 1 as o, $1::int4 as v1), w as (insert into public.item as t1 (id) select i.v1 from i
order by i.o on conflict on constraint item_pkey do update set stock = excluded.stock
where t1.name = $2::text returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "7"
-- $2 = "Pen"

select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(m.v
order by m.o)::text, '[]'), true)
from (select e.v, ($1::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($2::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality e(v, n)) m
-- $1 = "{0}"
-- $2 = "{1}"

select null, to_json(array(select (t2.*)::record
from (select t1.id as id, t1.stock as stock from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.item t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text
