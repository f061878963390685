select row_to_json(t6.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.product t1
where public.loud(t1.*) = $1::text limit 10000) t2) as scalar, array(select (t5.*)::record
from (select t3.id as id from public.product t3
where exists (select from public.children(t3.*) t4
where t4.name ~~ $2::text) limit 10000) t5) as rows) t6
-- $1 = "PEN"
-- $2 = "Box%"
