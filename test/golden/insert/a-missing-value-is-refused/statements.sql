with i as (select 1 as o, $1::date as v1), w as (insert into public.author as t1 (born) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "2000-01-01"
