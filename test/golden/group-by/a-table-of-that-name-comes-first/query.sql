select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.entry_group_by t1 limit 10000) t2) as entry_group_by) t3
