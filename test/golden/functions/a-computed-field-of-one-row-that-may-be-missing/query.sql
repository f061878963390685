select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t2.id as id, (t4.*)::record as origin
from (select t1.id, (t1.*)::public.product as "%row" from public.product t1
order by t1.id limit 10000) t2
left join lateral (select t3.id as id from public.origin(t2."%row") t3
where not (t3.* is null)) t4 on true
order by t2.id) t5) as product) t6
