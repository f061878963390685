select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select t2.name as name, array(select (t4.*)::record
from (select t3.name as name, public.loud(t3.*) as loud from public.children(t2."%row") t3
order by t3.id limit 5) t4) as children
from (select t1.id, t1.name, (t1.*)::public.product as "%row" from public.product t1
order by t1.id limit 10000) t2
order by t2.id) t5) as product) t6
