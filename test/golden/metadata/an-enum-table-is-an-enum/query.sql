select row_to_json(t7.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.state as state from public.task t1
where t1.state = $1::text limit 10000) t2) as open, array(select (t4.*)::record
from (select t3.state as state from public.task t3
where t3.state = any ($2::text[])
order by t3.id limit 10000) t4) as "in", array(select (t6.*)::record
from (select t5.id as id from public.task t5
where t5.state <> $3::text limit 10000) t6) as variable) t7
-- $1 = "open"
-- $2 = "{\"open\",\"done\"}"
-- $3 = "open"
