select t14.j::text
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1' : array(select (t2.*)::record
from (select t1.k as k from public.t1 t1
order by t1.k limit 10000) t2), 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2' : array(select t13.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaax' : t4.k, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay' : t4.y, 't2s' : array(select t6.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaax' : t5.id, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay' : t5.k returning json) as j from public.t2 t5
where t5.t1 = t4.k
order by t5.id limit 10000) t6), 't2s_aggregate' : (select (t12.*)::record
from (select (select t11.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaax' : t9.a1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaay' : (select t10.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaz' : t9.a2 returning json) as j) t10) returning json) as j
from (select count(*) as a1, pg_catalog.max(t8.k) as a2
from (select t7.k from public.t2 t7
where t7.t1 = t4.k) t8) t9) t11) as aggregate) t12) returning json) as j
from (select t3.k, t3.y from public.t1 t3
order by t3.k desc limit 1) t4
order by t4.k desc) t13) returning json) as j) t14
