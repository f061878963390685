select row_to_json(t5.*)::text
from (select (select (t2.*)::record
from (select t1.name as n, t1.name as name from public.artist t1
where t1.id = $1::int4) t2) as a, (select (t4.*)::record
from (select t3.name as n, t3.name as name from public.artist t3
where t3.id = $2::int4) t4) as b) t5
-- $1 = "1"
-- $2 = "2"
