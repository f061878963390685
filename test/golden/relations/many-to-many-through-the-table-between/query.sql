select row_to_json(t9.*)::text
from (select array(select (t8.*)::record
from (select t2.title as title, array(select (t7.*)::record
from (select (t6.*)::record as genre
from (select t3.genre_id from public.book_genre t3
where t3.book_id = t2.id
order by t3.genre_id limit 10000) t4
left join lateral (select t5.name as name from public.genre t5
where t5.id = t4.genre_id) t6 on true
order by t4.genre_id) t7) as book_genres
from (select t1.id, t1.title from public.book t1
order by t1.id limit 10000) t2
order by t2.id) t8) as book) t9
