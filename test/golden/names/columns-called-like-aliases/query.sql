select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.k as k, t1.y as y, t1.j as j, t1.a as a, t1.t1 as t1, t1.t2 as t2, t1.t3 as t3, t1.record as record, t1.row_to_json as row_to_json from public.t1 t1
order by t1.k limit 10000) t2) as t1) t3
