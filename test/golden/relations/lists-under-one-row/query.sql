select row_to_json(t5.*)::text
from (select (select (t4.*)::record
from (select t1.name as name, array(select (t3.*)::record
from (select t2.title as title from public.book t2
where t2.author_id = t1.id
order by t2.id desc limit 10000) t3) as books from public.author t1
where t1.id = $1::int4) t4) as author_by_pk) t5
-- $1 = "1"
