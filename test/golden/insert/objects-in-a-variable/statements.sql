with i as (select * from unnest($1::jsonb[], $2::text[])
with ordinality r(v1, v2, o)), w as (insert into public.author as t1 (data, name) select i.v1, i.v2 from i
order by i.o returning t1.name, t1.data) select count(*)::text, to_json(array(select (y.*)::record
from (select w.name as name, w.data as data from w) y))::text from w
-- $1 = "{\"{\\\"a\\\":[1,\\\"x\\\"]}\",\"[]\"}"
-- $2 = "{\"B\",\"C\"}"
