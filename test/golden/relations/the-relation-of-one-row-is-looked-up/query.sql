select row_to_json(t7.*)::text
from (select (select (t6.*)::record
from (select t1.title as title, (select (t3.*)::record
from (select t2.name as name from public.author t2
where t2.id = t1.author_id) t3) as author, (select (t5.*)::record
from (select t4.name as name from public.editor t4
where t4.id = t1.editor_id) t5) as editor from public.book t1
where t1.id = $1::int4) t6) as book_by_pk) t7
-- $1 = "1"
