with w0 as (delete from public.book as t4
where t4.pages >= $1 returning t4.title, t4.writer_id), w as (select w0.*, pg_catalog.row_number() over () as "%n" from w0) select coalesce(pg_catalog.json_agg((t3.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.title as title, (t2.*)::record as writer from w w
left join lateral (select t1.name as name from public.writer t1
where t1.id = w.writer_id) t2 on true
order by w."%n") t3
-- $1 = "300"
