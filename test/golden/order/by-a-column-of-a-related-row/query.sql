select row_to_json(t5.*)::text
from (select array(select (t4.*)::record
from (select t1.id as id from public.shop t1
left join lateral (select t2.name as k from public.city t2
where t2.id = t1.city_id) t3 on true
order by t3.k, t1.id limit 10000) t4) as shop) t5
