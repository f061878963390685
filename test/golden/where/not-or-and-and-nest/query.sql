select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where not (((t1.id > $1::int4 and t1.id < $2::int4) or t1.name is null))
order by t1.id limit 10000) t2) as item) t3
-- $1 = "1"
-- $2 = "3"
