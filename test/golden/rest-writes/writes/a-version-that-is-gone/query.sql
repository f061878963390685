with w as (delete from public.book as t3
where t3.id = $1 and pg_catalog.md5(pg_catalog.row_to_json(t3.*)::text) = any ($2::text[]) returning 1) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), ''), (case when pg_catalog.count(*) > 0 and pg_catalog.count(*) = (select pg_catalog.count(*) from public.book t2
where t2.id = $3) then '0' else 'goforward refuses other-version: ' || (pg_catalog.count(*)) end)::int4
from (select  from w w) t1
-- $1 = "1"
-- $2 = "{\"00000000000000000000000000000000\"}"
-- $3 = "1"
