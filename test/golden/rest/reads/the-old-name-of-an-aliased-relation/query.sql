select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, array(select (t4.*)::record
from (select t3.mark as mark from public.enrolment t3
where t3.pupil_id = t2.id
order by t3.course_id limit 10000) t4) as marks
from (select t1.id, t1.name from public.pupil t1
order by t1.id limit 1) t2
order by t2.id) t5
