select row_to_json(t14.*)::text
from (select array(select (t3.*)::record
from (select t1.id as id from public.item t1
where exists (select from public.part t2
where t2.item_id = t1.id and true)
order by t1.id limit 10000) t3) as "any", array(select (t6.*)::record
from (select t4.id as id from public.item t4
where exists (select from public.part t5
where t5.item_id = t4.id and t5.name = $1::text)
order by t4.id limit 10000) t6) as peel, array(select (t9.*)::record
from (select t7.id as id from public.item t7
where not (exists (select from public.part t8
where t8.item_id = t7.id and t8.name = $2::text)) limit 10000) t9) as "none", array(select (t13.*)::record
from (select t10.name as name from public.person t10
where exists (select from public.item t11
where t11.owner_id = t10.id and exists (select from public.part t12
where t12.item_id = t11.id and t12.name = $3::text)) limit 10000) t13) as far) t14
-- $1 = "peel"
-- $2 = "peel"
-- $3 = "stem"
