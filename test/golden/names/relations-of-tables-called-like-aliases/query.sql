select row_to_json(t17.*)::text
from (select array(select (t16.*)::record
from (select t2.id as id, t2.k as k, t2."row" as "row", (t15.*)::record as t1_by_t1
from (select t1.id, t1.t1, t1.k, t1."row", t4.k as "%o1" from public.t2 t1
left join lateral (select t3.k as k from public.t1 t3
where t3.k = t1.t1) t4 on true
order by t4.k desc nulls last, t1.id limit 5) t2
left join lateral (select t5.k as k, t5.y as y, t5.t1 as t1, array(select (t7.*)::record
from (select t6.id as id, t6.t1 as t1 from public.t2 t6
where t6.t1 = t5.k
order by t6.id limit 10000) t7) as t2s, (with t9 as (select t8.k from public.t2 t8
where t8.t1 = t5.k) select (t14.*)::record
from (select (select (t12.*)::record
from (select t10.a1 as count, (select (t11.*)::record
from (select t10.a2 as k) t11) as max
from (select count(*) as a1, pg_catalog.max(t9.k) as a2 from t9) t10) t12) as aggregate, array(select (t13.*)::record
from (select t9.k as k from t9 limit 10000) t13) as nodes) t14) as t2s_aggregate from public.t1 t5
where t5.k = t2.t1) t15 on true
order by t2."%o1" desc nulls last, t2.id) t16) as t2) t17
