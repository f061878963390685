select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, array(select (t4.*)::record
from (select t3.name as name from public.pupil t3 cross join public.enrolment t3_between
where t3_between.course_id = t2.id and t3_between.pupil_id = t3.id
order by t3.name desc limit 1) t4) as pupil
from (select t1.id, t1.title from public.course t1
order by t1.id limit 10000) t2
order by t2.id) t5
