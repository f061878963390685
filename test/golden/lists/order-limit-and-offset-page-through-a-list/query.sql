select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.article t1
order by t1.id limit 2 offset 1) t2) as article) t3
