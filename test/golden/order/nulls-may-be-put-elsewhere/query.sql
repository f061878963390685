select row_to_json(t9.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.shop t1
order by t1.opened nulls first limit 10000) t2) as "asc", array(select (t4.*)::record
from (select t3.id as id from public.shop t3
order by t3.opened desc nulls last limit 10000) t4) as "desc", array(select (t6.*)::record
from (select t5.id as id from public.shop t5
order by t5.opened limit 10000) t6) as last, array(select (t8.*)::record
from (select t7.id as id from public.shop t7
order by t7.opened desc limit 10000) t8) as first) t9
