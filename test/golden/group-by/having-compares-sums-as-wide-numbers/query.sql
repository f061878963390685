select row_to_json(t7.*)::text
from (select array(select (t6.*)::record
from (select (select (t3.*)::record
from (select t2.k1 as team_id) t3) as keys, (select (t5.*)::record
from (select (select (t4.*)::record
from (select t2.a1 as big) t4) as sum) t5) as aggregate
from (select t1.team_id as k1, pg_catalog.sum(t1.big) as a1 from public.score t1 group by t1.team_id having (pg_catalog.sum(t1.big) >= $1::"numeric" and pg_catalog.max(t1.ratio) < $2::float8) limit 10000) t2) t6) as score_group_by) t7
-- $1 = "18014398509481986"
-- $2 = "4"
