select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.thing t1
where t1.id = $1::int4 limit 10000) t2) as thing) t3
-- $1 = "1"
