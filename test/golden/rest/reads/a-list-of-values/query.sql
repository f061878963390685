select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.course t1
where t1.id = any ($1) limit 10000) t2
-- $1 = "{\"1\",\"3\",\"4\"}"
