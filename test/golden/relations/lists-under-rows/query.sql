select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t2.name as name, array(select (t4.*)::record
from (select t3.title as title from public.book t3
where t3.author_id = t2.id
order by t3.id limit 10000) t4) as books
from (select t1.id, t1.name from public.author t1
order by t1.id limit 10000) t2
order by t2.id) t5) as author) t6
