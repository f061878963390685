select coalesce(pg_catalog.json_agg((t4.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select pg_catalog.count(1) as count, t3.c1 as level from public.enrolment t1
left join lateral (select t2.level as c1 from public.course t2
where t2.id = t1.course_id) t3 on true group by 2
order by 2 limit 10000) t4
