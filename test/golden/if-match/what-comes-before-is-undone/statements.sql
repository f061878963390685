with i as (select 1 as o, $1::int4 as v1, $2::int4 as v2), w as (insert into public.part as t1 (a, if_match) select i.v1, i.v2 from i
order by i.o returning t1.a) select count(*)::text, to_json((select (y.*)::record
from (select w.a as a from w) y))::text from w
-- $1 = "5"
-- $2 = "5"

with w as (update public.note t1 set body = $1::text
where t1.id = $2::int4 and t1.body = $3::text returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text, pg_catalog.set_config('goforward.s2', count(*)::text, true) from w
-- $1 = "x"
-- $2 = "1"
-- $3 = "no"

select null, null, (case when pg_catalog.current_setting('goforward.s2') <> '0' or not exists(select 1 from public.note t1
where t1.id = $1::int4) or exists(select 1 from public.note t2
where t2.id = $2::int4 and t2.body = $3::text) then '0' else 'goforward refuses row-changed: ' || (0) end)::int4
-- $1 = "1"
-- $2 = "1"
-- $3 = "no"
