select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.node_id as node_id from public.clash t1 limit 10000) t2) as clash) t3
