select row_to_json(t7.*)::text
from (select array(select (t6.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as kind) t3) as keys, (select (t5.*)::record
from (select t2.a1 as count, (select (t4.*)::record
from (select t2.a2 as points) t4) as sum) t5) as aggregate
from (select t1.kind as k1, count(*) as a1, pg_catalog.sum(t1.points) as a2, t1.kind as o1 from public.score t1 group by t1.kind having ((count(*) > $1::int8 or pg_catalog.sum(t1.points) is null) and not (pg_catalog.avg(t1.points) < $2::"numeric"))
order by t1.kind limit 10000) t2
order by t2.o1) t6) as score_group_by) t7
-- $1 = "2"
-- $2 = "1.5"
