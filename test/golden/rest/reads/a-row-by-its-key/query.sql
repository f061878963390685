select coalesce(pg_catalog.json_agg((t4.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.title as title, (select (t3.*)::record
from (select t2.name as name from public.teacher t2
where t2.id = t1.teacher_id) t3) as teacher from public.course t1
where t1.id = $1) t4
-- $1 = "1"
