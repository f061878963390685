select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.small as small, t1.big as big, t1.exact as exact, t1.real_number as real_number, t1.double_number as double_number, t1.cash as cash from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
