select row_to_json(t10.*)::text
from (select (select (t2.*)::record
from (select t1.title as title from public.article t1
where t1.id = $1::int4) t2) as article_by_pk, array(select (t4.*)::record
from (select t3.hall as hall, t3.number as number from public.seat t3
order by t3.hall, t3.number limit 10000) t4) as seats, (select (t9.*)::record
from (select (select (t8.*)::record
from (select t7.a1 as count
from (select count(*) as a1
from (select  from public.visit t5) t6) t7) t8) as aggregate) t9) as visit_aggregate) t10
-- $1 = "1"
