with w as (update public.note t1 set body = $1::text
where t1.id = $2::int4 and t1.version = $3::int4 returning t1.body, t1.version) select count(*)::text, to_json((select (y.*)::record
from (select w.body as body, w.version as version from w) y))::text, pg_catalog.set_config('goforward.s1', count(*)::text, true) from w
-- $1 = "second"
-- $2 = "1"
-- $3 = "6"

select null, null, (case when pg_catalog.current_setting('goforward.s1') <> '0' or not exists(select 1 from public.note t1
where t1.id = $1::int4) or exists(select 1 from public.note t2
where t2.id = $2::int4 and t2.version = $3::int4) then '0' else 'goforward refuses row-changed: ' || (0) end)::int4
-- $1 = "1"
-- $2 = "1"
-- $3 = "6"
