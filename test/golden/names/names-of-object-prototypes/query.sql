select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.k as "toString", t1.y as "hasOwnProperty", t1.j as __proto__, t1.a as __proto from public.t1 t1
order by t1.k limit 1) t2) as constructor, array(select (t4.*)::record
from (select t3.id as __proto__, t3.k as "valueOf" from public.t2 t3
order by t3.id limit 10000) t4) as __proto__) t5
