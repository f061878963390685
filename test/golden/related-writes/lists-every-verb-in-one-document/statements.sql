with w as (update public.artist t1 set name = $1::text
where t1.id = $2::int4 returning t1.id) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "Ada L."
-- $2 = "1"

with w as (delete from public.album t1 using json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 and t1.title = $1::text returning 1) select count(*)::text, null from w
-- $1 = "One"

with w as (update public.album t1 set year = t1.year + $1::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 and t1.year > $2::int4 returning 1) select count(*)::text, null from w
-- $1 = "10"
-- $2 = "2000"

with w as (update public.album t1 set title = $1::text from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 returning 1) select count(*)::text, null from w
-- $1 = "T"

with w as (update public.album t1 set artist_id = (owner.v ->> 'id')::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = any ($1::int4[]) returning 1) select count(*)::text, null, (case when count(*) = 1 or not exists(select 1 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)) then '0' else 'goforward refuses nothing-to-connect: ' || (count(*)) end)::int4 from w
-- $1 = "{4}"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.album as t1 (title, artist_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "album" affects zero rows' end)::int4 from w
-- $1 = "[{\"o\":1,\"v1\":\"New\",\"p1\":1}]"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, v2 int4, p1 int4)), w as (insert into public.album as t1 (title, year, artist_id) select i.v1, i.v2, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true), (case when count(*) = (select count(*) from i) then '0' else 'cannot proceed to insert array relations since insert to table "album" affects zero rows' end)::int4 from w
-- $1 = "[{\"o\":1,\"v1\":\"Newer\",\"v2\":1,\"p1\":1}]"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.award as t1 (name, album_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":\"first\",\"p1\":1}]"

select null, to_json((select (t7.*)::record
from (select t1.name as name, array(select (t6.*)::record
from (select t3.id as id, t3.title as title, t3.year as year, array(select (t5.*)::record
from (select t4.name as name from public.award t4
where t4.album_id = t3.id limit 10000) t5) as awards
from (select t2.id, t2.title, t2.year from public.album t2
where t2.artist_id = t1.id
order by t2.id limit 10000) t3
order by t3.id) t6) as albums from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t7))::text
