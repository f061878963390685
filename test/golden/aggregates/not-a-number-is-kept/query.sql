select row_to_json(t8.*)::text
from (select (select (t7.*)::record
from (select (select (t6.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as ratio) t4) as sum, (select (t5.*)::record
from (select t3.a2 as ratio) t5) as max
from (select pg_catalog.sum(t2.ratio) as a1, pg_catalog.max(t2.ratio) as a2
from (select t1.ratio from public.score t1) t2) t3) t6) as aggregate) t7) as score_aggregate) t8
