select row_to_json(t8.*)::text
from (select array(select (t7.*)::record
from (select t2.name as name, (t6.*)::record as portrait
from (select t1.id, t1.name from public.author t1
order by t1.id limit 10000) t2
left join lateral (select t3.url as url, (t5.*)::record as author from public.portrait t3
left join lateral (select t4.id as id from public.author t4
where t4.id = t3.author_id) t5 on true
where t3.author_id = t2.id) t6 on true
order by t2.id) t7) as author) t8
