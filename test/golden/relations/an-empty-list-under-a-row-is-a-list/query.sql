select row_to_json(t11.*)::text
from (select (select (t10.*)::record
from (select array(select (t3.*)::record
from (select t2.title as title from public.book t2
where t2.author_id = t1.id limit 10000) t3) as books, (with t5 as (select t4.id from public.book t4
where t4.author_id = t1.id) select (t9.*)::record
from (select (select (t7.*)::record
from (select t6.a1 as count
from (select count(*) as a1 from t5) t6) t7) as aggregate, array(select (t8.*)::record
from (select t5.id as id from t5 limit 10000) t8) as nodes) t9) as books_aggregate from public.author t1
where t1.id = $1::int4) t10) as author_by_pk) t11
-- $1 = "3"
