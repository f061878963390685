select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.owner as owner, t1.body as body from public.note t1 limit 10000) t2) as note) t3
