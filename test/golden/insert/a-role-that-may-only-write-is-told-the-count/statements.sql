with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text)), w as (insert into public.letter as t1 (body) select i.v1 from i
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "[{\"o\":1,\"v1\":\"x\"},{\"o\":2,\"v1\":\"y\"}]"
