select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select (select (t4.*)::record
from (select t2.a1 as count, (select (t3.*)::record
from (select t2.a2 as points) t3) as sum) t4) as aggregate
from (select count(*) as a1, pg_catalog.sum(t1.points) as a2 from public.score t1 group by () limit 10000) t2) t5) as score_group_by) t6
