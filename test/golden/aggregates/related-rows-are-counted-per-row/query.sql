select row_to_json(t11.*)::text
from (select array(select (t10.*)::record
from (select t2.name as name, (with t4 as (select t3.id, t3.points from public.score t3
where t3.team_id = t2.id and t3.points > $1::int4) select (t9.*)::record
from (select (select (t7.*)::record
from (select t5.a1 as count, (select (t6.*)::record
from (select t5.a2 as points) t6) as max
from (select count(*) as a1, pg_catalog.max(t4.points) as a2 from t4) t5) t7) as aggregate, array(select (t8.*)::record
from (select t4.id as id from t4 limit 10000) t8) as nodes) t9) as scores_aggregate
from (select t1.id, t1.name from public.team t1
order by t1.id limit 10000) t2
order by t2.id) t10) as team) t11
-- $1 = "10"
