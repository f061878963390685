select coalesce(pg_catalog.json_agg((t7.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.title as title, (t6.*)::record as teacher
from (select t1.id, t1.title, t1.teacher_id, t4.k as "%o1" from public.course t1
left join lateral (select t3.name as k from public.teacher t3
where t3.id = t1.teacher_id limit 1) t4 on true
order by t4.k desc nulls last, t1.id limit 3) t2
left join lateral (select t5.name as name from public.teacher t5
where t5.id = t2.teacher_id) t6 on true
order by t2."%o1" desc nulls last, t2.id) t7
