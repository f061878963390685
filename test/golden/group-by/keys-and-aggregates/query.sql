select row_to_json(t9.*)::text
from (select array(select (t8.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as kind) t3) as keys, (select (t7.*)::record
from (select t2.a1 as count, (select (t4.*)::record
from (select t2.a2 as points, t2.a3 as big, t2.a4 as price) t4) as sum, (select (t5.*)::record
from (select t2.a5 as points) t5) as avg, (select (t6.*)::record
from (select t2.a6 as kind, t2.a7 as paid) t6) as max) t7) as aggregate
from (select t1.kind as k1, count(*) as a1, pg_catalog.sum(t1.points) as a2, pg_catalog.sum(t1.big) as a3, pg_catalog.sum(t1.price) as a4, pg_catalog.avg(t1.points) as a5, pg_catalog.max(t1.kind) as a6, pg_catalog.max(t1.paid) as a7, t1.kind as o1 from public.score t1 group by t1.kind
order by t1.kind limit 10000) t2
order by t2.o1) t8) as score_group_by) t9
