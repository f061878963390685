select row_to_json(t11.*)::text
from (select array(select (t5.*)::record
from (select t2.id as id, (t4.*)::record as worker
from (select t1.id, t1.owner from public.task t1
order by t1.id limit 10000) t2
left join lateral (select t3.full_name as full_name from public.person t3
where t3.code = t2.owner limit 1) t4 on true
order by t2.id) t5) as jobs, array(select (t10.*)::record
from (select t7.full_name as full_name, array(select (t9.*)::record
from (select t8.title as name from public.task t8
where t8.owner = t7.code
order by t8.id limit 10000) t9) as work
from (select t6.code, t6.full_name from public.person t6
order by t6.code limit 10000) t7
order by t7.code) t10) as person) t11
