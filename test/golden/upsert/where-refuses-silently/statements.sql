with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4, v2 int4)), w as (insert into public.item as t1 (id, stock) select i.v1, i.v2 from i
order by i.o on conflict on constraint item_pkey do update set stock = excluded.stock
where t1.stock > $2::int4 returning t1.id, t1.stock) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.stock as stock from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":1,\"v2\":1},{\"o\":2,\"v1\":2,\"v2\":2}]"
-- $2 = "15"
