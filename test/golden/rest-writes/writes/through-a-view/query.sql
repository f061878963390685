with w as (update public.thick_book as t2 set title = b.v1
from (select t3.title as v1 from pg_catalog.json_to_recordset($1::json) as t3(title text) limit 1) b
where t2.pages > $2 returning t2.id, t2.title, t2.pages) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.id as id, w.title as title, w.pages as pages from w w) t1
-- $1 = "[{\"title\": \"Hives\"}]"
-- $2 = "700"
