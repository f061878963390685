select row_to_json(t5.*)::text
from (select array(select (t4.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as kind) t3) as keys
from (select t1.kind as k1, t1.kind as o1 from public.score t1 group by t1.kind
order by t1.kind desc limit 1 offset 1) t2
order by t2.o1 desc) t4) as score_group_by) t5
