select row_to_json(t9.*)::text
from (select (with t2 as (select t1.id, t1.team_id from public.score t1
order by t1.id limit 2) select (t8.*)::record
from (select array(select (t5.*)::record
from (select t2.id as id, (t4.*)::record as team from t2
left join lateral (select t3.name as name from public.team t3
where t3.id = t2.team_id) t4 on true
order by t2.id limit 10000) t5) as nodes, (select (t7.*)::record
from (select t6.a1 as count
from (select count(*) as a1 from t2) t6) t7) as aggregate) t8) as score_aggregate) t9
