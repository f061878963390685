with w as (select t1.label_id from public.artist t1
where t1.id = $1::int4 for no key update) select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"

with w as (update public.artist t1 set label_id = $1::int4
where t1.id = $2::int4 returning t1.id, t1.label_id) select count(*)::text, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = null
-- $2 = "1"

with w as (delete from public.label t1 using json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = (owner.v ->> 'label_id')::int4 returning 1) select count(*)::text, null from w

select null, to_json((select (t2.*)::record
from (select t1.label_id as label_id from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s2')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text

with w as (delete from public.label t1 returning t1.id) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id from w) y))::text from w
