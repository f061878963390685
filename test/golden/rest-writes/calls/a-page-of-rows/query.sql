with w as (select t2.id from pg_catalog.json_to_record($1::json) as t3(pages int4), lateral public.books_over(pages => t3.pages) t2) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.id as id from w w limit 1 offset 1) t1
-- $1 = "{\"pages\": 1}"
