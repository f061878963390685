select coalesce(pg_catalog.json_agg((t7.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, (t4.*)::record as mentor_id, array(select (t6.*)::record
from (select t5.name as name from public.teacher t5
where t5.mentor_id = t2.id
order by t5.id limit 10000) t6) as pupils
from (select t1.id, t1.name, t1.mentor_id from public.teacher t1
order by t1.id limit 10000) t2
left join lateral (select t3.name as name from public.teacher t3
where t3.id = t2.mentor_id) t4 on true
order by t2.id) t7
