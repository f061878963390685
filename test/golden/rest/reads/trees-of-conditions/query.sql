select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.course t1
where (t1.id = $1 or (t1.level > $2 and not ((t1.title = $3 or t1.title is null)))) limit 10000) t2
-- $1 = "1"
-- $2 = "1"
-- $3 = "Sonatas"
