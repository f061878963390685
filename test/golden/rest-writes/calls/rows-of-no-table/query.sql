with w as (select t2.place, t2.title from public.numbered() t2) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.place as place, w.title as title from w w
where w.place > $1
order by w.place desc limit 10000) t1
-- $1 = "1"
