select row_to_json(t9.*)::text
from (select (with t2 as (select t1.id, t1.points, t1.name from public.score t1
where t1.id = $1::int4) select (t8.*)::record
from (select (select (t6.*)::record
from (select t3.a1 as count, (select (t4.*)::record
from (select t3.a2 as points) t4) as sum, (select (t5.*)::record
from (select t3.a3 as name) t5) as max
from (select count(*) as a1, pg_catalog.sum(t2.points) as a2, pg_catalog.max(t2.name) as a3 from t2) t3) t6) as aggregate, array(select (t7.*)::record
from (select t2.id as id from t2 limit 10000) t7) as nodes) t8) as score_aggregate) t9
-- $1 = "99"
