select row_to_json(t5.*)::text
from (select (select (t2.*)::record
from (select t1.name as name from public.one_product($1::int4) t1
where not (t1.* is null)) t2) as found, (select (t4.*)::record
from (select t3.name as name from public.one_product($2::int4) t3
where not (t3.* is null)) t4) as missing) t5
-- $1 = "2"
-- $2 = "99"
