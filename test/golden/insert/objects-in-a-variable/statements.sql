with i as (select * from json_to_recordset($1::json) as r(o int4, v1 jsonb, v2 text)), w as (insert into public.author as t1 (data, name) select i.v1, i.v2 from i
order by i.o returning t1.name, t1.data) select count(*)::text, to_json(array(select (y.*)::record
from (select w.name as name, w.data as data from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":{\"a\":[1,\"x\"]},\"v2\":\"B\"},{\"o\":2,\"v1\":[],\"v2\":\"C\"}]"
