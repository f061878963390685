select row_to_json(t17.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.data @> $1::jsonb limit 10000) t2) as contains, array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.data @> $2::jsonb limit 10000) t4) as "inner", array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.data <@ $3::jsonb limit 10000) t6) as contained, array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.data ? $4::text limit 10000) t8) as key, array(select (t10.*)::record
from (select t9.id as id from public.item t9
where t9.data ?| $5::text[] limit 10000) t10) as "any", array(select (t12.*)::record
from (select t11.id as id from public.item t11
where t11.data ?& $6::text[] limit 10000) t12) as "all", array(select (t14.*)::record
from (select t13.id as id from public.item t13
where t13.data::pg_catalog.text ~~ $7::text limit 10000) t14) as "cast", array(select (t16.*)::record
from (select t15.id as id from public.item t15
where t15.data = $8::jsonb limit 10000) t16) as eq) t17
-- $1 = "{\"b\":{\"c\":[2]}}"
-- $2 = "{\"a\":1}"
-- $3 = "{\"a\":\"x\",\"z\":1}"
-- $4 = "b"
-- $5 = "{\"b\",\"z\"}"
-- $6 = "{\"a\",\"b\"}"
-- $7 = "%\"x\"%"
-- $8 = "{\"a\":\"x\"}"
