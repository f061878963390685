with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text)), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id, t1.name) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.name as name from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":\"Bob\"},{\"o\":2,\"v1\":\"Cid\"}]"
