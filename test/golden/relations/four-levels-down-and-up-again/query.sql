select row_to_json(t13.*)::text
from (select (select (t12.*)::record
from (select array(select (t11.*)::record
from (select array(select (t10.*)::record
from (select t5.title as title, (t9.*)::record as book
from (select t4.book_id, t4.number, t4.title from public.chapter t4
where t4.book_id = t3.id
order by t4.number limit 10000) t5
left join lateral (select (t8.*)::record as author from public.book t6
left join lateral (select t7.name as name from public.author t7
where t7.id = t6.author_id) t8 on true
where t6.id = t5.book_id) t9 on true
order by t5.number) t10) as chapters
from (select t2.id from public.book t2
where t2.author_id = t1.id
order by t2.id limit 10000) t3
order by t3.id) t11) as books from public.author t1
where t1.id = $1::int4) t12) as author_by_pk) t13
-- $1 = "1"
