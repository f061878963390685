select row_to_json(t4.*)::text
from (select array(select (t3.*)::record
from (select t1.id as id from public.shop t1
order by (select count(*) from public.sale t2
where t2.shop_id = t1.id) desc, t1.id limit 10000) t3) as shop) t4
