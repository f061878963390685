with w as (select t1.id, t1.name, t1.born, t1.tags::text as tags, t1.data from public.rename_all($1::text) t1) select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "Z"

select null, to_json(array(select (t8.*)::record
from (select t2.id as id, t2.name as name, array(select (t7.*)::record
from (select t4.title as title, (t6.*)::record as author
from (select t3.title, t3.author_id from public.article t3
where t3.author_id = t2.id limit 10000) t4
left join lateral (select public.shout(t5.*) as shout from public.author t5
where t5.id = t4.author_id) t6 on true) t7) as articles
from (select t1.id, t1.name from json_populate_recordset(null::public.author, pg_catalog.current_setting('goforward.s1')::pg_catalog.json) t1 limit 10000) t2) t8))::text
