with w as (select t2.pgrst_scalar from pg_catalog.json_to_record($1::json) as t3(line text), lateral public.note(line => t3.line) t2(pgrst_scalar)) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.pgrst_scalar as pgrst_scalar from w w limit 10000) t1
-- $1 = "{\"line\": \"x\"}"
