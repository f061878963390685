with w as (delete from public.author t1
where t1.name = $1::text returning t1.id, t1.name, t1.born, t1.tags::text as tags, t1.data) select count(*)::text, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "Ada"

select null, to_json(array(select (t9.*)::record
from (select t1.id as id, t1.name as name, t1.tags as tags, t1.data as data, public.shout(t1.*) as shout, array(select (t3.*)::record
from (select t2.title as title from public.article t2
where t2.author_id = t1.id limit 10000) t3) as articles, (select (t8.*)::record
from (select (select (t7.*)::record
from (select t6.a1 as count
from (select count(*) as a1
from (select  from public.article t4
where t4.author_id = t1.id) t5) t6) t7) as aggregate) t8) as articles_aggregate from json_populate_recordset(null::public.author, pg_catalog.current_setting('goforward.s1')::pg_catalog.json) t1) t9))::text
