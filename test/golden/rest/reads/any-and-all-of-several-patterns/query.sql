select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.title as title from public.course t1
where (t1.title ~~ any ($1) and t1.title ~~* all ($2)) limit 10000) t2
-- $1 = "{S%,%des}"
-- $2 = "{%s%,%a%}"
