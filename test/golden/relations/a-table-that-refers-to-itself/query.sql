select row_to_json(t10.*)::text
from (select array(select (t9.*)::record
from (select t2.name as name, (t6.*)::record as parent, array(select (t8.*)::record
from (select t7.name as name from public.genre t7
where t7.parent_id = t2.id limit 10000) t8) as genres
from (select t1.id, t1.name, t1.parent_id from public.genre t1
order by t1.id limit 10000) t2
left join lateral (select t3.name as name, (t5.*)::record as parent from public.genre t3
left join lateral (select t4.name as name from public.genre t4
where t4.id = t3.parent_id) t5 on true
where t3.id = t2.parent_id) t6 on true
order by t2.id) t9) as genre) t10
