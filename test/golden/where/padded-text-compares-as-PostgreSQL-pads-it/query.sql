select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.fixed as fixed from public.item t1
where t1.fixed = $1::bpchar limit 10000) t2) as item) t3
-- $1 = "ab"
