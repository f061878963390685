with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4)), w as (insert into public.item as t1 (id) select i.v1 from i
order by i.o on conflict on constraint item_pkey do update set name = excluded.name returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":5},{\"o\":2,\"v1\":5}]"
