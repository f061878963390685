with w as (insert into public.shelf as t2 (place, room) select t3.place, t3.room from pg_catalog.json_to_recordset($1::json) as t3(place int4, room text) returning 1) select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select  from w w) t1
-- $1 = "[{\"room\": \"a\", \"place\": 1}]"
