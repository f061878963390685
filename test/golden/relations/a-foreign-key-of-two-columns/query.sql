select row_to_json(t11.*)::text
from (select array(select (t5.*)::record
from (select t2.text as text, (t4.*)::record as "chapterByBook"
from (select t1.book_id, t1.chapter, t1.number, t1.text from public.page t1
order by t1.number limit 10000) t2
left join lateral (select t3.title as title from public.chapter t3
where t3.book_id = t2.book_id and t3.number = t2.chapter) t4 on true
order by t2.number) t5) as page, array(select (t10.*)::record
from (select t7.title as title, array(select (t9.*)::record
from (select t8.number as number from public.page t8
where t8.book_id = t7.book_id and t8.chapter = t7.number
order by t8.number limit 10000) t9) as pages
from (select t6.book_id, t6.number, t6.title from public.chapter t6
order by t6.book_id, t6.number limit 10000) t7
order by t7.book_id, t7.number) t10) as chapter) t11
