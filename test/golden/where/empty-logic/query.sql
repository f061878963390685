select row_to_json(t11.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where false limit 10000) t2) as "or", array(select (t4.*)::record
from (select t3.id as id from public.item t3
where true
order by t3.id limit 10000) t4) as "and", array(select (t6.*)::record
from (select t5.id as id from public.item t5
where not (true) limit 10000) t6) as "not", array(select (t8.*)::record
from (select t7.id as id from public.item t7
where true
order by t7.id limit 10000) t8) as "column", array(select (t10.*)::record
from (select t9.id as id from public.item t9
where (true or t9.id = $1::int4)
order by t9.id limit 10000) t10) as "orOfNothing") t11
-- $1 = "1"
