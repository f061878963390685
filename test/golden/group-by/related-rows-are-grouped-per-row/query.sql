select row_to_json(t10.*)::text
from (select array(select (t9.*)::record
from (select t2.name as name, array(select (t8.*)::record
from (select (select (t5.*)::record
from (select t4.k1 as kind) t5) as keys, (select (t7.*)::record
from (select t4.a1 as count, (select (t6.*)::record
from (select t4.a2 as points) t6) as max) t7) as aggregate
from (select t3.kind as k1, count(*) as a1, pg_catalog.max(t3.points) as a2, t3.kind as o1 from public.score t3
where t3.team_id = t2.id group by t3.kind
order by t3.kind limit 10000) t4
order by t4.o1) t8) as scores_group_by
from (select t1.id, t1.name from public.team t1
order by t1.id limit 10000) t2
order by t2.id) t9) as team) t10
