select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.name as name from public.everything() t1
where t1.price > $1::"numeric"
order by t1.price desc limit 1 offset 1) t2) as everything) t3
-- $1 = "2"
