select row_to_json(t11.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.size = $1::int4 limit 10000) t2) as eq, array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.size <> $2::int4 limit 10000) t4) as neq, array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.weight > $3::"numeric" limit 10000) t6) as gt, array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.weight <= $4::"numeric" limit 10000) t8) as lte, array(select (t10.*)::record
from (select t9.id as id from public.item t9
where (t9.size >= $5::int4 and t9.size < $6::int4) limit 10000) t10) as "between") t11
-- $1 = "5"
-- $2 = "5"
-- $3 = "1.50"
-- $4 = "1.50"
-- $5 = "5"
-- $6 = "10"
