select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.article t1
order by t1.id limit 50) t2) as common, array(select (t4.*)::record
from (select t3.id as id from public.article t3
order by t3.id limit $1::int8 offset 1) t4) as uncommon) t5
-- $1 = "123"
