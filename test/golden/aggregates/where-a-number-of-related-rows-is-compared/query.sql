select row_to_json(t7.*)::text
from (select array(select (t3.*)::record
from (select t1.name as name from public.team t1
where (select pg_catalog.avg(t2.ratio) from public.score t2
where t2.team_id = t1.id) = $1::float8 limit 10000) t3) as team, array(select (t6.*)::record
from (select t4.name as name from public.team t4
where (select pg_catalog.corr(t5.ratio, t5.ratio) from public.score t5
where t5.team_id = t4.id) > $2::float8
order by t4.id limit 10000) t6) as pair) t7
-- $1 = "1"
-- $2 = "0.9"
