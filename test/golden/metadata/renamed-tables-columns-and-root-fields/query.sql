select row_to_json(t11.*)::text
from (select array(select (t2.*)::record
from (select t1.title as name, t1.owner as owner from public.task t1
order by t1.title limit 10000) t2) as jobs, (select (t4.*)::record
from (select t3.title as name from public.task t3
where t3.id = $1::int4) t4) as job, (select (t10.*)::record
from (select (select (t9.*)::record
from (select t7.a1 as count, (select (t8.*)::record
from (select t7.a2 as name) t8) as max
from (select count(*) as a1, pg_catalog.max(t6.title) as a2
from (select t5.title from public.task t5) t6) t7) t9) as aggregate) t10) as "jobCount") t11
-- $1 = "1"
