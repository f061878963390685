select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select public.loud(t2."%row") as loud, (t4.*)::record as parent
from (select t1.parent_id, (t1.*)::public.product as "%row", public.loud(t1.*) as "%o1" from public.product t1
order by public.loud(t1.*) limit 2) t2
left join lateral (select public.loud(t3.*) as loud from public.product t3
where t3.id = t2.parent_id) t4 on true
order by t2."%o1") t5) as product) t6
