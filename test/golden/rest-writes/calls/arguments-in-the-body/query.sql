with w as (select t2.pgrst_scalar from pg_catalog.json_to_record($1::json) as t3(a int4, b int4), lateral public.add(a => t3.a, b => t3.b) t2(pgrst_scalar)) select coalesce((pg_catalog.json_agg(t1.pgrst_scalar) operator(pg_catalog.->) 0)::text, 'null') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.pgrst_scalar as pgrst_scalar from w w limit 10000) t1
-- $1 = "{\"b\": 2, \"a\": 1}"
