select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.cheaper_than($1::"numeric", $2::text) t1
order by t1.id limit 10000) t2) as given, array(select (t4.*)::record
from (select t3.id as id from public.cheaper_than($3::"numeric") t3
order by t3.id limit 10000) t4) as "left") t5
-- $1 = "20"
-- $2 = "P%"
-- $3 = "20"
