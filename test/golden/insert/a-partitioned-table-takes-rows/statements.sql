with i as (select * from json_to_recordset($1::json) as r(o int4, v1 date, v2 text)), w as (insert into public.event as t1 (day, note) select i.v1, i.v2 from i
order by i.o returning t1.day, t1.note) select count(*)::text, to_json(array(select (y.*)::record
from (select w.day as day, w.note as note from w) y))::text from w
-- $1 = "[{\"o\":1,\"v1\":\"2026-05-01\",\"v2\":\"b\"},{\"o\":2,\"v1\":\"2025-05-01\",\"v2\":\"a\"}]"
