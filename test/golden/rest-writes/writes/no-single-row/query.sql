with w as (update public.book as t2 set pages = b.v1
from (select t3.pages as v1 from pg_catalog.json_to_recordset($1::json) as t3(pages int4) limit 1) b returning 1) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), ''), (case when pg_catalog.count(*) = 1 then '0' else 'goforward refuses not-single: ' || (pg_catalog.count(*)) end)::int4
from (select  from w w) t1
-- $1 = "[{\"pages\": 1}]"
