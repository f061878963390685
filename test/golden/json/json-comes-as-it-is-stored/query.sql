select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.body as body, t1.raw as raw, t1.list as list from public.doc t1
order by t1.id limit 10000) t2) as doc) t3
