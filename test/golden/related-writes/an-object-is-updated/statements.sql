with w as (select t1.id, t1.label_id from public.artist t1
where t1.id = $1::int4 for no key update) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "1"

with w as (update public.label t1 set name = $1::text, sold = t1.sold + $2::int4 from json_array_elements(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) owner(v)
where t1.id = (owner.v ->> 'label_id')::int4 returning 1) select count(*)::text, null from w
-- $1 = "Nord"
-- $2 = "5"

select null, to_json((select (t4.*)::record
from (select (select (t3.*)::record
from (select t2.name as name, t2.sold as sold from public.label t2
where t2.id = t1.label_id) t3) as label from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.artist t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
