select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.name as name from public.shop t1 limit 1) t2) as a, array(select (t4.*)::record
from (select t3.id as id from public.shop t3
order by t3.id desc limit 10000) t4) as b) t5
