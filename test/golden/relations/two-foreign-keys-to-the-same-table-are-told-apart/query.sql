select row_to_json(t10.*)::text
from (select (select (t9.*)::record
from (select t1.name as name, array(select (t6.*)::record
from (select (t5.*)::record as away
from (select t2.id, t2.away_id from public.match t2
where t2.home_id = t1.id
order by t2.id limit 10000) t3
left join lateral (select t4.name as name from public.team t4
where t4.id = t3.away_id) t5 on true
order by t3.id) t6) as matches_by_home_id, array(select (t8.*)::record
from (select t7.id as id from public.match t7
where t7.away_id = t1.id limit 10000) t8) as matches_by_away_id from public.team t1
where t1.id = $1::int4) t9) as team_by_pk) t10
-- $1 = "1"
