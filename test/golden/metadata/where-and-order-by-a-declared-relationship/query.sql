select row_to_json(t12.*)::text
from (select array(select (t3.*)::record
from (select t1.id as id from public.task t1
where exists (select from public.person t2
where t2.code = t1.owner and t2.full_name ~~ $1::text) limit 10000) t3) as jobs, array(select (t7.*)::record
from (select t4.code as code from public.person t4
where not (exists (select from public.task t6
where t6.owner = t4.code and t6.id > $2::int4))
order by (select count(*) from public.task t5
where t5.owner = t4.code) desc, t4.code limit 10000) t7) as person, array(select (t11.*)::record
from (select t8.id as id from public.task t8
left join lateral (select t9.full_name as k from public.person t9
where t9.code = t8.owner limit 1) t10 on true
order by t10.k nulls first limit 10000) t11) as ordered) t12
-- $1 = "Ann%"
-- $2 = "5"
