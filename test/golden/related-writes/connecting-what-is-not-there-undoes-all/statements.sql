with w as (update public.artist t1 set name = $1::text
where t1.id = $2::int4 returning t1.id) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "changed"
-- $2 = "1"

with w as (update public.album t1 set artist_id = (owner.v ->> 'id')::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = any ($1::int4[]) returning 1) select count(*)::text, null, (case when count(*) = 2 or not exists(select 1 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)) then '0' else 'goforward refuses nothing-to-connect: ' || (count(*)) end)::int4 from w
-- $1 = "{3,99}"

select null, to_json((select (t2.*)::record
from (select t1.name as name from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text
