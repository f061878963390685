with w as (select t1.id from public.artist t1
where t1.id = $1::int4 for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"

with w as (update public.album t1 set artist_id = null from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.artist_id = (owner.v ->> 'id')::int4 and t1.id = any ($1::int4[]) returning 1) select count(*)::text, null from w
-- $1 = "{2,3}"

select null, to_json((select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id from public.album t2
where t2.artist_id = t1.id limit 10000) t3) as albums from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text

with w as (update public.album t1 set year = t1.year + $1::int4
where t1.artist_id is null returning t1.id) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "0"
