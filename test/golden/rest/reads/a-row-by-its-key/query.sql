select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, (t4.*)::record as teacher
from (select t1.title, t1.teacher_id from public.course t1
where t1.id = $1 limit 10000) t2
left join lateral (select t3.name as name from public.teacher t3
where t3.id = t2.teacher_id) t4 on true) t5
-- $1 = "1"
