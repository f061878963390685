with w as (select t1.id from public.artist t1
where t1.id = $1::int4 for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "77"

with w as (delete from public.album t1 using json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 returning 1) select count(*)::text, null from w

with w as (update public.album t1 set artist_id = (owner.v ->> 'id')::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = any ($1::int4[]) returning 1) select count(*)::text, null, (case when count(*) = 1 or not exists(select 1 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)) then '0' else 'goforward refuses nothing-to-connect: ' || (count(*)) end)::int4 from w
-- $1 = "{3}"

with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, p1 int4)), w as (insert into public.album as t1 (title, artist_id) select i.v1, (k1.v ->> 'id')::int4 from i join json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json)
with ordinality k1(v, o) on k1.o = i.p1
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":\"x\",\"p1\":1}]"

select null, to_json((select (t2.*)::record
from (select t1.name as name from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text

with w as (update public.album t1 set year = t1.year + $1::int4 returning t1.id, t1.artist_id) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.artist_id as artist_id from w) y))::text from w
-- $1 = "0"
