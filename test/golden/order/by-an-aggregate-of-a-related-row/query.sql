select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t1.id as id from public.sale t1
left join lateral (select (select pg_catalog.max(t3.amount) from public.sale t3
where t3.shop_id = t2.id) as k from public.shop t2
where t2.id = t1.shop_id) t4 on true
order by t4.k desc, t1.id limit 10000) t5) as sale) t6
