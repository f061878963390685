select row_to_json(t9.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.active = $1::bool limit 10000) t2) as active, array(select (t4.*)::record
from (select t3.id as id, t3.day as day from public.item t3
where t3.day > $2::date limit 10000) t4) as day, array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.at <= $3::timestamptz limit 10000) t6) as at, array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.ref = $4::uuid limit 10000) t8) as ref) t9
-- $1 = "true"
-- $2 = "2026-01-15"
-- $3 = "2026-01-01T01:00:00+01:00"
-- $4 = "00000000-0000-0000-0000-000000000002"
