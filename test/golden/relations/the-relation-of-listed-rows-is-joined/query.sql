select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t2.title as title, (t4.*)::record as author
from (select t1.id, t1.title, t1.author_id from public.book t1
where t1.year > $1::int4
order by t1.id limit 10000) t2
left join lateral (select t3.name as name from public.author t3
where t3.id = t2.author_id) t4 on true
order by t2.id) t5) as book) t6
-- $1 = "2000"
