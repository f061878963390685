with i as (select 1 as o, $1::int4 as v1), w as (insert into public.counted as t1 (n) select i.v1 from i
order by i.o returning t1.n) select count(*)::text, to_json((select (y.*)::record
from (select w.n as n from w) y))::text from w
-- $1 = "0"
