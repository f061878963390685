select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.shop t1
order by t1.opened limit 10000) t2) as "asc", array(select (t4.*)::record
from (select t3.id as id from public.shop t3
order by t3.opened desc limit 10000) t4) as "desc") t5
