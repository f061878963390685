select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.level as level, pg_catalog.count(1) as count, pg_catalog.max(t1.title) as max from public.course t1 group by 1
order by t1.level limit 10000) t2
