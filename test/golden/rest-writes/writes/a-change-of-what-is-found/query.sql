with w as (update public.book as t2 set tags = b.v1, title = b.v2
from (select t3.tags as v1, t3.title as v2 from pg_catalog.json_to_recordset($1::json) as t3(tags text[], title text) limit 1) b
where (t2.pages < $2 or t2.title ~~ $3) returning t2.id, t2.label) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.id as id, w.label as label from w w) t1
-- $1 = "[{\"title\": \"Thin\", \"tags\": [\"x\"]}]"
-- $2 = "100"
-- $3 = "C%"
