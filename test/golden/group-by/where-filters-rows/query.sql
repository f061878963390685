select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as kind) t3) as keys, (select (t4.*)::record
from (select t2.a1 as count) t4) as aggregate
from (select t1.kind as k1, count(*) as a1, pg_catalog.sum(t1.points) as o1 from public.score t1
where t1.team_id = $1::int4 group by t1.kind
order by pg_catalog.sum(t1.points) desc limit 10000) t2
order by t2.o1 desc) t5) as score_group_by) t6
-- $1 = "1"
