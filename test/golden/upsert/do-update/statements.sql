with i as (select 1 as o, $1::int4 as v1, $2::text as v2, $3::int4 as v3), w as (insert into public.item as t1 (id, name, stock) select i.v1, i.v2, i.v3 from i
order by i.o on conflict on constraint item_pkey do update set name = excluded.name returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "2"
-- $2 = "Bag"
-- $3 = "5"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4, v2 text)), w as (insert into public.item as t1 (id, name) select i.v1, i.v2 from i
order by i.o on conflict on constraint item_pkey do update set name = excluded.name returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":3,\"v2\":\"New\"},{\"o\":2,\"v1\":1,\"v2\":\"Ink\"}]"

select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(m.v
order by m.o)::text, '[]'), true)
from (select e.v, ($1::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($2::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality e(v, n)) m
-- $1 = "{0}"
-- $2 = "{1,2}"

select null, to_json(array(select (t2.*)::record
from (select t1.id as id, t1.code as code, t1.name as name, t1.stock as stock from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.item t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text
