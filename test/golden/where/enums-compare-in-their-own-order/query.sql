select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.mood as mood from public.item t1
where t1.mood operator(pg_catalog.<) $1::public.mood limit 10000) t2) as below, array(select (t4.*)::record
from (select t3.mood as mood from public.item t3
where t3.mood operator(pg_catalog.=) any ($2::public.mood[])
order by t3.id limit 10000) t4) as "in") t5
-- $1 = "glad"
-- $2 = "{\"sad\",\"glad\"}"
