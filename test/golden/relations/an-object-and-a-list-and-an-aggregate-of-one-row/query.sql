select row_to_json(t13.*)::text
from (select (select (t12.*)::record
from (select (select (t3.*)::record
from (select t2.name as name from public.author t2
where t2.id = t1.author_id) t3) as author, array(select (t5.*)::record
from (select t4.number as number from public.chapter t4
where t4.book_id = t1.id
order by t4.number desc limit 1) t5) as chapters, (select (t11.*)::record
from (select (select (t10.*)::record
from (select t8.a1 as count, (select (t9.*)::record
from (select t8.a2 as number) t9) as max
from (select count(*) as a1, pg_catalog.max(t7.number) as a2
from (select t6.number from public.chapter t6
where t6.book_id = t1.id) t7) t8) t10) as aggregate) t11) as chapters_aggregate from public.book t1
where t1.id = $1::int4) t12) as book_by_pk) t13
-- $1 = "1"
