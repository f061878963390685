select row_to_json(t7.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.any_bigint as any_bigint from public.anything t1
where t1.any_bigint = $1::int8 limit 10000) t2) as literal, array(select (t4.*)::record
from (select t3.id as id from public.anything t3
where t3.any_bigint = $2::int8 limit 10000) t4) as text, array(select (t6.*)::record
from (select t5.id as id from public.anything t5
where t5.any_bigint = $3::int8 limit 10000) t6) as variable) t7
-- $1 = "9007199254740993"
-- $2 = "9007199254740993"
-- $3 = "9007199254740993"
