select row_to_json(t4.*)::text
from (select array(select (t3.*)::record
from (select t1.name as name from public.team t1
where (select count(*) from public.score t2
where t2.team_id = t1.id) >= $1::int8
order by t1.id limit 10000) t3) as team) t4
-- $1 = "2"
