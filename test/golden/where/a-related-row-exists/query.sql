select row_to_json(t10.*)::text
from (select array(select (t3.*)::record
from (select t1.id as id from public.item t1
where exists (select from public.person t2
where t2.id = t1.owner_id and true)
order by t1.id limit 10000) t3) as owned, array(select (t6.*)::record
from (select t4.id as id from public.item t4
where exists (select from public.person t5
where t5.id = t4.owner_id and t5.name = $1::text) limit 10000) t6) as "byAnn", array(select (t9.*)::record
from (select t7.id as id from public.item t7
where not (exists (select from public.person t8
where t8.id = t7.owner_id and true)) limit 10000) t9) as free) t10
-- $1 = "Ann"
