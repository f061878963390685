with i as (select 1 as o, $1::int4 as v1), w as (insert into public.article as t1 (author_id) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "99"
