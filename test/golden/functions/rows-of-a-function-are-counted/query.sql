select row_to_json(t8.*)::text
from (select (with t2 as (select t1.id, t1.price from public.everything() t1
where t1.price > $1::"numeric") select (t7.*)::record
from (select (select (t5.*)::record
from (select t3.a1 as count, (select (t4.*)::record
from (select t3.a2 as price) t4) as max
from (select count(*) as a1, pg_catalog.max(t2.price) as a2 from t2) t3) t5) as aggregate, array(select (t6.*)::record
from (select t2.id as id from t2 limit 10000) t6) as nodes) t7) as everything_aggregate) t8
-- $1 = "2"
