select coalesce(pg_catalog.json_agg((t3.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.name as name from public.teacher t1
where not (exists (select from public.course t2
where t2.substitute_id = t1.id))
order by t1.id limit 10000) t3
