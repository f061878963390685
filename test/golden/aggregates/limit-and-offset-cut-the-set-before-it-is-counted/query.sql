select row_to_json(t8.*)::text
from (select (with t2 as (select t1.id, t1.points from public.score t1
order by t1.id limit 2 offset 1) select (t7.*)::record
from (select (select (t5.*)::record
from (select t3.a1 as count, (select (t4.*)::record
from (select t3.a2 as points) t4) as sum
from (select count(*) as a1, pg_catalog.sum(t2.points) as a2 from t2) t3) t5) as aggregate, array(select (t6.*)::record
from (select t2.id as id from t2
order by t2.id limit 10000) t6) as nodes) t7) as score_aggregate) t8
