with w as (select t1.house, t1.number from public.room t1
where (t1.house = $1::int4 and t1.number = $2::int4) for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"
-- $2 = "2"

with w as (update public.chair t1 set house = (owner.v ->> 'house')::int4, room = (owner.v ->> 'number')::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = any ($1::int4[]) returning 1) select count(*)::text, null, (case when count(*) = 2 or not exists(select 1 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)) then '0' else 'goforward refuses nothing-to-connect: ' || (count(*)) end)::int4 from w
-- $1 = "{1,2}"

select null, to_json((select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id, t2.house as house, t2.room as room from public.chair t2
where t2.house = t1.house and t2.room = t1.number
order by t2.id limit 10000) t3) as chairs from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (house int4, number int4))
with ordinality t1_keys(k1, k2, o), public.room t1
where t1.house = t1_keys.k1 and t1.number = t1_keys.k2
order by t1_keys.o) t4))::text
