select row_to_json(t9.*)::text
from (select array(select (t8.*)::record
from (select t2.k as t1, t2.y as t2, t2.j as t3, t2.a as k, t2.k as y, array(select (t7.*)::record
from (select t4.id as t1, t4."row" as k, (t6.*)::record as t3
from (select t3.id, t3.t1, t3."row" from public.t2 t3
where t3.t1 = t2.k limit 10000) t4
left join lateral (select t5.k as t1 from public.t1 t5
where t5.k = t4.t1) t6 on true) t7) as t2s_
from (select t1.k, t1.y, t1.j, t1.a from public.t1 t1
order by t1.k limit 1) t2
order by t2.k) t8) as t1) t9
