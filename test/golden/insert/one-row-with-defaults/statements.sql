with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id, t1.name, t1.born, t1.tags, t1.data) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.name as name, w.born as born, w.tags as tags, w.data as data from w) y))::text from w
-- $1 = "Bob"
