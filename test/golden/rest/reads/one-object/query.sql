select coalesce((pg_catalog.json_agg((t2.*)::record) operator(pg_catalog.->) 0)::text, 'null') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id, t1.name as name, t1.born as born from public.pupil t1
where t1.id = $1) t2
-- $1 = "2"
