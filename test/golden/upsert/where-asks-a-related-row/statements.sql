with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4, v2 text)), w as (insert into public.offer as t1 (id, name) select i.v1, i.v2 from i
order by i.o on conflict on constraint offer_pkey do update set name = excluded.name
where exists (select from public.item t2
where t2.id = t1.item_id and t2.name = $2::text) returning t1.id, t1.name) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.name as name from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":1,\"v2\":\"new\"},{\"o\":2,\"v1\":2,\"v2\":\"new\"}]"
-- $2 = "Box"
