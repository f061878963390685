select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.span as span from public.item t1
where t1.span operator(pg_catalog.=) $1::int4range limit 10000) t2) as item) t3
-- $1 = "[1,5)"
