select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select array(select (t4.*)::record
from (select t3.title as title from public.book t3
where t3.author_id = t2.id and t3.year >= $1::int4
order by t3.year desc, t3.id limit 1) t4) as books
from (select t1.id from public.author t1
order by t1.id limit 10000) t2
order by t2.id) t5) as author) t6
-- $1 = "2001"
