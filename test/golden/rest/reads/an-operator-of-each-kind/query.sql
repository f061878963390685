select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.course t1
where (t1.level >= $1 and t1.title ~~ $2 and t1.id <> $3 and not (t1.level is null)) limit 10000) t2
-- $1 = "1"
-- $2 = "S%"
-- $3 = "3"
