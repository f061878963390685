with i as (select 1 as o, $1::date as v1), w as (insert into public.event as t1 (day) select i.v1 from i
order by i.o returning t1.day) select count(*)::text, to_json((select (y.*)::record
from (select w.day as day from w) y))::text from w
-- $1 = "2030-05-01"
