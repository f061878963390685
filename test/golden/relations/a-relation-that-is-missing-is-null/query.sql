select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t2.id as id, (t4.*)::record as editor
from (select t1.id, t1.editor_id from public.book t1
order by t1.id limit 10000) t2
left join lateral (select t3.name as name from public.editor t3
where t3.id = t2.editor_id) t4 on true
order by t2.id) t5) as book) t6
