select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.ints as ints, t1.moments as moments, t1.own as own from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
