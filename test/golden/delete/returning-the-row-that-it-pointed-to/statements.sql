with w as (delete from public.article t1
where t1.id <= $1::int4 returning t1.id, t1.title, t1.author_id, t1.words, t1.pages) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "2"

select null, to_json(array(select (t6.*)::record
from (select t1.title as title, t1.pages as pages, (t5.*)::record as author from json_populate_recordset(null::public.article, pg_catalog.current_setting('goforward.s1')::pg_catalog.json) t1
left join lateral (select t2.name as name, array(select (t4.*)::record
from (select t3.title as title from public.article t3
where t3.author_id = t2.id limit 10000) t4) as articles from public.author t2
where t2.id = t1.author_id) t5 on true) t6))::text
