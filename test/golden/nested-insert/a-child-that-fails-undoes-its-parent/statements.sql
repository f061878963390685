with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "author" affects zero rows' end)::int4 from w
-- $1 = "B"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.article as t1 (title, author_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "article" affects zero rows' end)::int4 from w
-- $1 = "[{\"o\":1,\"v1\":\"T\",\"p1\":1}]"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.mark as t1 (word, article_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":\"taken\",\"p1\":1}]"
