select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.name as name, t1.price as price from public.cheaper_than($1::"numeric") t1
order by t1.id limit 10000) t2) as cheaper_than) t3
-- $1 = "5.00"
