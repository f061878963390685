select coalesce((pg_catalog.json_agg((t2.*)::record) operator(pg_catalog.->) 0)::text, 'null') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.pupil t1 limit 10000) t2
