select row_to_json(t7.*)::text
from (select (with t2 as (select  from public.score t1) select (t6.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as count
from (select count(*) as a1 from t2) t3) t4) as aggregate, array(select (t5.*)::record
from (select 'score'::text as __typename from t2 limit 10000) t5) as nodes) t6) as score_aggregate) t7
