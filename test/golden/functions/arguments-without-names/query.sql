select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.unnamed($1::int4, $2::int4) t1
order by t1.id limit 10000) t2) as "both", array(select (t4.*)::record
from (select t3.id as id from public.unnamed($3::int4) t3
order by t3.id limit 10000) t4) as one) t5
-- $1 = "1"
-- $2 = "2"
-- $3 = "2"
