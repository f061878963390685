with w as (insert into public.book as t2 (title) select t3.title from pg_catalog.json_to_recordset($1::json) as t3(title text) returning t2.title) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.title as title from w w
order by w.title desc) t1
-- $1 = "[{\"title\": \"Dust\"}, {\"title\": \"Echo\"}]"
