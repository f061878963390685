select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, array(select (t4.*)::record
from (select pg_catalog.count(1) as count from public.course t3
where t3.teacher_id = t2.id limit 10000) t4) as course
from (select t1.id, t1.name from public.teacher t1
order by t1.id limit 10000) t2
order by t2.id) t5
