with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "Bob"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.article as t1 (title, author_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"T\",\"p1\":1}]"

select null, to_json((select (t4.*)::record
from (select t1.title as title, t1.author_id as author_id, (select (t3.*)::record
from (select t2.id as id, t2.name as name from public.author t2
where t2.id = t1.author_id) t3) as author from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.article t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
