select coalesce(pg_catalog.json_agg((t6.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, t4.c1 as marks, t4.c2 as pupils
from (select t1.id, t1.title from public.course t1
order by t1.id limit 10000) t2
left join lateral (select coalesce(pg_catalog.json_agg(t5.c1), '[]') as c1, coalesce(pg_catalog.json_agg(t5.c2), '[]') as c2
from (select t3.mark as c1, t3.pupil_id as c2 from public.enrolment t3
where t3.course_id = t2.id
order by t3.pupil_id limit 10000) t5) t4 on true
order by t2.id) t6
