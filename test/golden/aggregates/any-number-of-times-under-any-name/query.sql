select row_to_json(t11.*)::text
from (select (with t2 as (select t1.id, t1.points from public.score t1) select (t10.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as n
from (select count(*) as a1 from t2) t3) t4) as one, (select (t8.*)::record
from (select t5.a1 as m, (select (t6.*)::record
from (select t5.a2 as p, t5.a3 as q) t6) as s, (select (t7.*)::record
from (select t5.a4 as points) t7) as t
from (select count(*) as a1, pg_catalog.sum(t2.points) as a2, pg_catalog.sum(t2.points) as a3, pg_catalog.sum(t2.points) as a4 from t2) t5) t8) as two, array(select (t9.*)::record
from (select t2.id as id from t2 limit 10000) t9) as a) t10) as score_aggregate) t11
