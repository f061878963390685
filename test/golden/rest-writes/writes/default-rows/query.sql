with w as (insert into public.book as t2 select  from pg_catalog.json_array_elements($1::json) t3 returning t2.id, t2.title) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.id as id, w.title as title from w w) t1
-- $1 = "[{}, {}]"
