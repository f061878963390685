select coalesce(pg_catalog.json_agg((t6.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, array(select (t5.*)::record
from (select t4.mark as mark from public.enrolment t4
where t4.pupil_id = t2.id and t4.mark >= $1 limit 10000) t5) as enrolment
from (select t1.id, t1.name from public.pupil t1
where exists (select from public.enrolment t3
where t3.pupil_id = t1.id and t3.mark >= $2)
order by t1.id limit 10000) t2
order by t2.id) t6
-- $1 = "2"
-- $2 = "2"
