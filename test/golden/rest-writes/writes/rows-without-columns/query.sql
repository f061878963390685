with w as (insert into public.shelf as t2 select  from pg_catalog.json_array_elements($1::json) t3 returning 1) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select  from w w) t1
-- $1 = "[{}]"
