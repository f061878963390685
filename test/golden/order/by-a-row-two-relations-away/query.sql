select row_to_json(t7.*)::text
from (select array(select (t6.*)::record
from (select t1.id as id from public.sale t1
left join lateral (select t4.k as k from public.shop t2
left join lateral (select t3.name as k from public.city t3
where t3.id = t2.city_id) t4 on true
where t2.id = t1.shop_id) t5 on true
order by t5.k, t1.id limit 10000) t6) as sale) t7
