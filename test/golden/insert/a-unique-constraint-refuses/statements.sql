with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4, v2 text)), w as (insert into public.counted as t1 (n, word) select i.v1, i.v2 from i
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":2,\"v2\":\"two\"},{\"o\":2,\"v1\":3,\"v2\":\"one\"}]"
