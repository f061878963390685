with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text)), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "[{\"o\":1,\"v1\":\"L\"},{\"o\":2,\"v1\":\"M\"}]"

with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "R"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.pair as t1 (name, left_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s4', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"p\",\"p1\":1},{\"o\":2,\"v1\":\"r\",\"p1\":2}]"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.pair as t1 (name, right_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s5', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"q\",\"p1\":1}]"

select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(m.v
order by m.o)::text, '[]'), true)
from (select e.v, ($1::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s4')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($2::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s5')::pg_catalog.json)
with ordinality e(v, n)) m
-- $1 = "{0,2}"
-- $2 = "{1}"

select null, to_json(array(select (t2.*)::record
from (select t1.name as name, t1.left_id as left_id, t1.right_id as right_id from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.pair t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text
