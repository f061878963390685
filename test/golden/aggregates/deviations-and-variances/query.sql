select row_to_json(t12.*)::text
from (select (select (t11.*)::record
from (select (select (t10.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as points) t4) as stddev, (select (t5.*)::record
from (select t3.a2 as points) t5) as stddev_pop, (select (t6.*)::record
from (select t3.a3 as points) t6) as stddev_samp, (select (t7.*)::record
from (select t3.a4 as points) t7) as variance, (select (t8.*)::record
from (select t3.a5 as points) t8) as var_pop, (select (t9.*)::record
from (select t3.a6 as points) t9) as var_samp
from (select pg_catalog.stddev(t2.points) as a1, pg_catalog.stddev_pop(t2.points) as a2, pg_catalog.stddev_samp(t2.points) as a3, pg_catalog.variance(t2.points) as a4, pg_catalog.var_pop(t2.points) as a5, pg_catalog.var_samp(t2.points) as a6
from (select t1.points from public.score t1
where t1.id < $1::int4) t2) t3) t10) as aggregate) t11) as score_aggregate) t12
-- $1 = "3"
