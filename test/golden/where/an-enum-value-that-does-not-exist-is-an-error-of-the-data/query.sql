select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.mood operator(pg_catalog.=) $1::public.mood limit 10000) t2) as item) t3
-- $1 = "angry"
