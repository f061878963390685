select row_to_json(t4.*)::text
from (select array(select (t3.*)::record
from (select t1.id as id from public.product t1
order by (select count(*) from public.children(t1.*) t2) desc, t1.id limit 10000) t3) as product) t4
