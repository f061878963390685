select row_to_json(t5.*)::text
from (select (select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.name as name from public.similar_to_it(t1.*, $1::"numeric") t2
where t2.name ~~ $2::text limit 10000) t3) as similar_to_it from public.product t1
where t1.id = $3::int4) t4) as product_by_pk) t5
-- $1 = "5"
-- $2 = "P%"
-- $3 = "1"
