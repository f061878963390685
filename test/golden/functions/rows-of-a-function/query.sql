select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.name as name from public.everything() t1
order by t1.id limit 10000) t2) as everything) t3
