select coalesce(pg_catalog.json_agg((t8.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, array(select (t7.*)::record
from (select t4.title as title, array(select (t6.*)::record
from (select t5.mark as mark from public.enrolment t5
where t5.course_id = t4.id
order by t5.pupil_id limit 10000) t6) as enrolment
from (select t3.id, t3.title from public.course t3
where t3.teacher_id = t2.id
order by t3.id limit 10000) t4
order by t4.id) t7) as course
from (select t1.id, t1.name from public.teacher t1
order by t1.id limit 10000) t2
order by t2.id) t8
