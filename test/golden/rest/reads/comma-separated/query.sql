select (case when pg_catalog.count(*) > 0 then 'id,title,tags,teacher' else '' end) || E'\n' || coalesce(pg_catalog.string_agg(pg_catalog.right(pg_catalog.left(row(t5.c1, t5.c2, t5.c3, t5.c4)::text, -1), -1), E'\n'), '') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.id as c1, t2.title as c2, t2.tags as c3, pg_catalog.to_jsonb((t4.*)::record) as c4
from (select t1.id, t1.title, t1.tags, t1.teacher_id from public.course t1
order by t1.id limit 2) t2
left join lateral (select t3.name as name from public.teacher t3
where t3.id = t2.teacher_id) t4 on true
order by t2.id) t5
