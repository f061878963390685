select row_to_json(t8.*)::text
from (select array(select (t7.*)::record
from (select t2.id as id, (t4.*)::record as parent, array(select (t6.*)::record
from (select t5.id as id from public.product t5
where t5.parent_id = t2.id limit 10000) t6) as products
from (select t1.id, t1.parent_id from public.cheaper_than($1::"numeric") t1
order by t1.id limit 10000) t2
left join lateral (select t3.name as name from public.product t3
where t3.id = t2.parent_id) t4 on true
order by t2.id) t7) as cheaper_than) t8
-- $1 = "20"
