select row_to_json(t8.*)::text
from (select array(select (t7.*)::record
from (select t2.id as id, (t6.*)::record as city
from (select t1.id, t1.city_id, t4.k as "%o1" from public.shop t1
left join lateral (select t3.name as k from public.city t3
where t3.id = t1.city_id) t4 on true
order by t4.k, t1.id limit 3) t2
left join lateral (select t5.name as name from public.city t5
where t5.id = t2.city_id) t6 on true
order by t2."%o1", t2.id) t7) as shop) t8
