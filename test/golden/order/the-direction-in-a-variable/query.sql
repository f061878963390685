select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.shop t1
order by t1.id desc limit 10000) t2) as shop) t3
