with i as (select 1 as o, $1::int4 as v1, $2::text as v2), w as (insert into public.author as t1 (id, name) select i.v1, i.v2 from i
order by i.o returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "77"
-- $2 = "Bob"
