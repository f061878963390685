select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, (select pg_catalog.count(*)
from (select 1 from public.course t3) n) as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.course t1
order by t1.id limit 2 offset 1) t2
