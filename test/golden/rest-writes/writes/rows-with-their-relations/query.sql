with w0 as (insert into public.book as t4 (title, writer_id) select t5.title, t5.writer_id from pg_catalog.json_to_recordset($1::json) as t5(title text, writer_id int4) returning t4.title, t4.writer_id, (t4.*)::public.book as "%row"), w as (select w0.*, pg_catalog.row_number() over () as "%n" from w0) select coalesce(pg_catalog.json_agg((t3.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, null::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.title as title, public.spine(w."%row") as spine, (t2.*)::record as writer from w w
left join lateral (select t1.name as name from public.writer t1
where t1.id = w.writer_id) t2 on true
order by w."%n") t3
-- $1 = "[{\"title\": \"Dust\", \"writer_id\": 2}, {\"title\": \"Echo\", \"writer_id\": 1}]"
