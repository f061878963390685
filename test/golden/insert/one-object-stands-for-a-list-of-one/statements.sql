with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.name) select count(*)::text, to_json(array(select (y.*)::record
from (select w.name as name from w) y))::text from w
-- $1 = "Bob"
