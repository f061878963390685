with i as (select 1 as o, $1::text as v1, $2::text as v2), w as (insert into public.place as t1 (country, town) select i.v1, i.v2 from i
order by i.o returning t1.country, t1.town) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "place" affects zero rows' end)::int4 from w
-- $1 = "ch"
-- $2 = "Bern"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.street as t1 (name, country, town) select i.v1, (k1.v ->> 'country')::text, (k1.v ->> 'town')::text from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":\"A\",\"p1\":1},{\"o\":2,\"v1\":\"B\",\"p1\":1}]"

select null, to_json((select (t4.*)::record
from (select t1.town as town, array(select (t3.*)::record
from (select t2.country as country, t2.town as town, t2.name as name from public.street t2
where t2.country = t1.country and t2.town = t1.town
order by t2.name limit 10000) t3) as streets from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (country text, town text))
with ordinality t1_keys(k1, k2, o), public.place t1
where t1.country = t1_keys.k1 and t1.town = t1_keys.k2
order by t1_keys.o) t4))::text
