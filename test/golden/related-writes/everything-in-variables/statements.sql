with w as (update public.artist t1 set label_id = $1::int4
where t1.id = $2::int4 returning t1.id) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"
-- $2 = "2"

with w as (update public.album t1 set title = $1::text from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 and t1.id = $2::int4 returning 1) select count(*)::text, null from w
-- $1 = "3"
-- $2 = "3"

with w as (update public.album t1 set artist_id = (owner.v ->> 'id')::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = any ($1::int4[]) returning 1) select count(*)::text, null, (case when count(*) = 1 or not exists(select 1 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)) then '0' else 'goforward refuses nothing-to-connect: ' || (count(*)) end)::int4 from w
-- $1 = "{4}"

select null, to_json((select (t6.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id, t2.title as title from public.album t2
where t2.artist_id = t1.id
order by t2.id limit 10000) t3) as albums, (select (t5.*)::record
from (select t4.id as id from public.label t4
where t4.id = t1.label_id) t5) as label from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t6))::text
