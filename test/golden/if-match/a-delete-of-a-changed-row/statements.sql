with w as (delete from public.note t1
where t1.id = $1::int4 and t1.version = $2::int4 returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text, pg_catalog.set_config('goforward.s1', count(*)::text, true) from w
-- $1 = "1"
-- $2 = "8"

select null, null, (case when pg_catalog.current_setting('goforward.s1') <> '0' or not exists(select 1 from public.note t1
where t1.id = $1::int4) or exists(select 1 from public.note t2
where t2.id = $2::int4 and t2.version = $3::int4) then '0' else 'goforward refuses row-changed: ' || (0) end)::int4
-- $1 = "1"
-- $2 = "1"
-- $3 = "8"
