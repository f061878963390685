select row_to_json(t7.*)::text
from (select (with t2 as (select t6.*, pg_catalog.row_number() over () as "%n"
from (select t1.id from public.album t1
order by t1.id desc limit 3) t6) (select (t5.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id from t2
where t2."%n" <= 2
order by t2."%n" desc) t3) as nodes, (select (t4.*)::record
from (select false as "hasNextPage", exists(select 1 from t2
where t2."%n" > 2) as "hasPreviousPage") t4) as "pageInfo") t5)) as album_connection) t7
