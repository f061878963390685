with i as (select * from json_to_recordset($1::json) as r(o int4, v1 int4)), w as (insert into public.kept as t1 (id) select i.v1 from i
order by i.o on conflict on constraint kept_pkey do nothing returning t1.id) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":1},{\"o\":2,\"v1\":2}]"
