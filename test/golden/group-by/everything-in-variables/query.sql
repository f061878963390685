select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as kind) t3) as keys, (select (t4.*)::record
from (select t2.a1 as count) t4) as aggregate
from (select t1.kind as k1, count(*) as a1, t1.kind as o1 from public.score t1
where t1.points >= $1::int4 group by t1.kind having count(*) > $2::int8
order by t1.kind limit 10000) t2
order by t2.o1) t5) as score_group_by) t6
-- $1 = "20"
-- $2 = "1"
