with i as (select 1 as o, $1::int4 as v1, $2::text as v2), w as (insert into public.item as t1 (id, name) select i.v1, i.v2 from i
order by i.o on conflict on constraint item_pkey do update set name = excluded.name returning t1.id, t1.name, t1.code) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.name as name, w.code as code from w) y))::text from w
-- $1 = "1"
-- $2 = "Ink"
