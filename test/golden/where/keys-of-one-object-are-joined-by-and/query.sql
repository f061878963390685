select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where (t1.size > $1::int4 and t1.name = $2::text and (t1.id = $3::int4 or t1.id = $4::int4)) limit 10000) t2) as item) t3
-- $1 = "1"
-- $2 = "apple"
-- $3 = "1"
-- $4 = "2"
