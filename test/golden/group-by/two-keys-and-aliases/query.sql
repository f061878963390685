select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select 'score_group_by'::text as __typename, (select (t3.*)::record
from (select 'score_group_by_keys'::text as __typename, t2.k1 as t, t2.k2 as k) t3) as k, (select (t4.*)::record
from (select t2.a1 as n) t4) as a
from (select t1.team_id as k1, t1.kind as k2, count(*) as a1, count(*) as o1, t1.team_id as o2, t1.kind as o3 from public.score t1 group by t1.team_id, t1.kind
order by count(*) desc, t1.team_id, t1.kind desc nulls last limit 10000) t2
order by t2.o1 desc, t2.o2, t2.o3 desc nulls last) t5) as rows) t6
