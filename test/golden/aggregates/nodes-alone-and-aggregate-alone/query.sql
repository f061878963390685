select row_to_json(t10.*)::text
from (select (select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id
from (select t1.id from public.score t1
order by t1.id) t2
order by t2.id limit 10000) t3) as nodes) t4) as nodes, (select (t9.*)::record
from (select (select (t8.*)::record
from (select t7.a1 as count
from (select count(*) as a1
from (select  from public.score t5) t6) t7) t8) as aggregate) t9) as numbers) t10
