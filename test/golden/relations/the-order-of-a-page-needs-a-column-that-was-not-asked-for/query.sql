select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select (t4.*)::record as author
from (select t1.id, t1.author_id from public.book t1
order by t1.id desc limit 2) t2
left join lateral (select t3.name as name from public.author t3
where t3.id = t2.author_id) t4 on true
order by t2.id desc) t5) as book) t6
