select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.size is null limit 10000) t2) as missing, array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.size is not null
order by t3.id limit 10000) t4) as there) t5
