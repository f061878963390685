with w as (select t1.id from public.artist t1
where t1.id = $1::int4 for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"

with w as (delete from public.diary t1 using json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 and t1.text = $1::text returning 1) select count(*)::text, null from w
-- $1 = "secret"

with w as (update public.diary t1 set text = $1::text from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 returning 1) select count(*)::text, null from w
-- $1 = "seen"

select null, to_json((select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id, t2.text as text from public.diary t2
where t2.artist_id = t1.id limit 10000) t3) as diaries from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
