select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select array(select (t4.*)::record
from (select distinct on (t3.year) t3.id as id, t3.year as year from public.book t3
where t3.author_id = t2.id
order by t3.year, t3.id desc limit 10000) t4) as books
from (select t1.id from public.author t1 limit 10000) t2) t5) as author) t6
