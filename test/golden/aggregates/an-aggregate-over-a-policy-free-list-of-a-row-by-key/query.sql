select row_to_json(t9.*)::text
from (select (select (t8.*)::record
from (select (select (t7.*)::record
from (select (select (t6.*)::record
from (select (select (t5.*)::record
from (select t4.a1 as price) t5) as avg
from (select pg_catalog.avg(t3.price) as a1
from (select t2.price from public.score t2
where t2.team_id = t1.id) t3) t4) t6) as aggregate) t7) as scores_aggregate from public.team t1
where t1.id = $1::int4) t8) as team_by_pk) t9
-- $1 = "1"
