select row_to_json(t7.*)::text
from (select array(select (t6.*)::record
from (select t2.id as id, array(select (t5.*)::record
from (select t4.amount as amount from public.sale t4
where t4.shop_id = t2.id
order by t4.id limit 10000) t5) as sales
from (select t1.id, (select pg_catalog.sum(t3.amount) from public.sale t3
where t3.shop_id = t1.id) as "%o1" from public.shop t1
order by (select pg_catalog.sum(t3.amount) from public.sale t3
where t3.shop_id = t1.id) desc nulls last, t1.id limit 2) t2
order by t2."%o1" desc nulls last, t2.id) t6) as shop) t7
