select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id from public.course t1
where (t1.tags operator(pg_catalog.@>) $1 and t1.period operator(pg_catalog.&&) $2) limit 10000) t2
-- $1 = "{slow}"
-- $2 = "[2024-02-15,2024-02-16)"
