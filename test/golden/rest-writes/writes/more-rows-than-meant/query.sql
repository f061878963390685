with w as (delete from public.book as t2 returning 1) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), ''), (case when pg_catalog.count(*) <= $1::int8 then '0' else 'goforward refuses too-many: ' || (pg_catalog.count(*)) end)::int4
from (select  from w w) t1
-- $1 = "2"
