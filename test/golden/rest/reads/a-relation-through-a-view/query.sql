select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, (t4.*)::record as teacher
from (select t1.id, t1.title, t1.teacher_id from public.open_course t1
order by t1.id limit 10000) t2
left join lateral (select t3.name as name from public.teacher t3
where t3.id = t2.teacher_id) t4 on true
order by t2.id) t5
