with i as (select 1 as o, $1::text as v1, $2::text as v2), w as (insert into public.place as t1 (country, town) select i.v1, i.v2 from i
order by i.o returning t1.country, t1.town) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "place" affects zero rows' end)::int4 from w
-- $1 = "ch"
-- $2 = "Chur"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.street as t1 (name, country, town) select i.v1, (k1.v ->> 'country')::text, (k1.v ->> 'town')::text from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.country, t1.town, t1.name) select count(*)::text, to_json((select (y.*)::record
from (select w.country as country, w.town as town, w.name as name from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":\"A\",\"p1\":1}]"
