select row_to_json(t7.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.all_defaults() t1 limit 10000) t2) as "none", array(select (t4.*)::record
from (select t3.id as id from public.all_defaults() t3 limit 10000) t4) as empty, array(select (t6.*)::record
from (select t5.id as id from public.all_defaults(at_most => $1::"numeric") t5
order by t5.id limit 10000) t6) as one) t7
-- $1 = "20"
