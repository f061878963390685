with i as (select 1 as o, $1::int4 as v1, $2::text as v2, $3::int4 as v3), w as (insert into public.item as t1 (id, code, stock) select i.v1, i.v2, i.v3 from i
order by i.o on conflict on constraint item_code do update set stock = excluded.stock returning t1.id, t1.stock) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.stock as stock from w) y))::text from w
-- $1 = "9"
-- $2 = "b"
-- $3 = "7"
