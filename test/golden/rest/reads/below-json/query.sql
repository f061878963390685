select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id, (t1.address ->> 'city'::pg_catalog.text) as city, ((t1.address -> 'rooms'::pg_catalog.text) -> (0)) as room from public.teacher t1
where (t1.address ->> 'city'::pg_catalog.text) = $1 limit 10000) t2
-- $1 = "Leipzig"
