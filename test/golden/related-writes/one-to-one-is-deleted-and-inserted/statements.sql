with w as (select t1.id from public.artist t1
where t1.id = $1::int4 for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"

with w as (delete from public.passport t1 using json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 returning 1) select count(*)::text, null from w

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4, v2 text, p1 int4)), w as (insert into public.passport as t1 (id, number, artist_id) select i.v1, i.v2, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":7,\"v2\":\"Z\",\"p1\":1}]"

select null, to_json((select (t4.*)::record
from (select (select (t3.*)::record
from (select t2.id as id, t2.number as number from public.passport t2
where t2.artist_id = t1.id) t3) as passport from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
