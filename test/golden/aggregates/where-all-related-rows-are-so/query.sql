select row_to_json(t7.*)::text
from (select array(select (t3.*)::record
from (select t1.name as name from public.team t1
where (select pg_catalog.bool_and(t2.active) from public.score t2
where t2.team_id = t1.id) = $1::bool limit 10000) t3) as "all", array(select (t6.*)::record
from (select t4.name as name from public.team t4
where (select pg_catalog.bool_or(t5.active) from public.score t5
where t5.team_id = t4.id) = $2::bool
order by t4.id limit 10000) t6) as "some") t7
-- $1 = "true"
-- $2 = "true"
