select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.thing t1
where t1.small = $1::int2 limit 10000) t2) as thing) t3
-- $1 = "40000"
