select row_to_json(t8.*)::text
from (select array(select t5.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1' : t4.j returning json) as j
from (select t1.id, t1.t1 from public.t2 t1
order by t1.id limit 10000) t2
left join lateral (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2' : t3.k returning json) as j from public.t1 t3
where t3.k = t2.t1) t4 on true
order by t2.id) t5) as t2, (select t7.j
from (select json_object('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3' : t6.k returning json) as j from public.t2 t6
where t6.id = $1::int4) t7) as "none") t8
-- $1 = "9"
