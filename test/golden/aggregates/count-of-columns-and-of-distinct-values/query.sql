select row_to_json(t6.*)::text
from (select (select (t5.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as "all", t3.a2 as points, t3.a3 as "distinct", t3.a4 as pairs, t3.a5 as "distinctOfNothing"
from (select count(*) as a1, pg_catalog.count(t2.points) as a2, pg_catalog.count(distinct t2.points) as a3, pg_catalog.count(distinct (t2.team_id, t2.points)) as a4, count(*) as a5
from (select t1.team_id, t1.points from public.score t1) t2) t3) t4) as aggregate) t5) as score_aggregate) t6
