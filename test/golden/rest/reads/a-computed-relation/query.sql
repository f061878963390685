select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, array(select (t4.*)::record
from (select t3.name as name from public.senior_teachers(t2."%row") t3 limit 10000) t4) as senior_teachers
from (select t1.id, t1.title, (t1.*)::public.course as "%row" from public.course t1
order by t1.id limit 3) t2
order by t2.id) t5
