select row_to_json(t7.*)::text
from (select (with t2 as (select t1.id, t1.points from public.score t1
order by t1.id desc) select (t6.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as count
from (select count(*) as a1 from t2) t3) t4) as aggregate, array(select (t5.*)::record
from (select t2.id as id, t2.points as points from t2
order by t2.id desc limit 10000) t5) as nodes) t6) as score_aggregate) t7
