with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id from w) y))::text from w
-- $1 = "C"

select null, to_json(array(select (t2.*)::record
from (select t1.id as id, t1.name as name from public.rename_all($1::text) t1 limit 10000) t2))::text
-- $1 = "Z"

with w as (delete from public.author t1
where t1.id = $1::int4 returning t1.name) select count(*)::text, to_json(array(select (y.*)::record
from (select w.name as name from w) y))::text from w
-- $1 = "3"
