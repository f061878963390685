select coalesce(pg_catalog.json_agg((t2.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.title as title, public.first_lesson(t1.*) as first_lesson from public.course t1
where public.first_lesson(t1.*) > $1 limit 10000) t2
-- $1 = "2024-01-15"
