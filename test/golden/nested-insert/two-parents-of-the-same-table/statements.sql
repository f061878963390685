with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "L"

with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "R"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4, p2 int4)), w as (insert into public.pair as t1 (name, left_id, right_id) select i.v1, (k1.v ->> 'id')::int4, (k2.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1 join json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality k2(v, o) on k2.o = i.p2
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"p\",\"p1\":1,\"p2\":1}]"

select null, to_json((select (t6.*)::record
from (select (select (t3.*)::record
from (select t2.name as name from public.author t2
where t2.id = t1.left_id) t3) as "left", (select (t5.*)::record
from (select t4.name as name from public.author t4
where t4.id = t1.right_id) t5) as "right" from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.pair t1
where t1.id = t1_keys.k1
order by t1_keys.o) t6))::text
