with w0 as (select t5.title, t5.writer_id from pg_catalog.json_to_record($1::json) as t6(pages int4), lateral public.books_over(pages => t6.pages) t5), w as (select w0.*, pg_catalog.row_number() over () as "%n" from w0) select coalesce(pg_catalog.json_agg((t4.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, (select pg_catalog.count(*)
from (select 1 from w w
where w.title ~~ $2) n) as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.title as title, (t3.*)::record as writer
from (select w.title, w.writer_id, w."%n" as "%o1" from w w
where w.title ~~ $3
order by w."%n" limit 10000) t1
left join lateral (select t2.name as name from public.writer t2
where t2.id = t1.writer_id) t3 on true
order by t1."%o1") t4
-- $1 = "{\"pages\":\"100\"}"
-- $2 = "B%"
-- $3 = "B%"
