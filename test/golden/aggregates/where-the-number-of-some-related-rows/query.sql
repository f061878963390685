select row_to_json(t4.*)::text
from (select array(select (t3.*)::record
from (select t1.name as name from public.team t1
where (select pg_catalog.count(distinct t2.points) from public.score t2
where t2.team_id = t1.id and t2.points > $1::int4) = $2::int8 limit 10000) t3) as team) t4
-- $1 = "5"
-- $2 = "1"
