select row_to_json(t23.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.thing t1
where t1.exact = $1::"numeric" limit 10000) t2) as exact, array(select (t4.*)::record
from (select t3.id as id from public.thing t3
where t3.day = $2::date limit 10000) t4) as day, array(select (t6.*)::record
from (select t5.id as id from public.thing t5
where t5.span = $3::"interval" limit 10000) t6) as span, array(select (t8.*)::record
from (select t7.id as id from public.thing t7
where t7.bytes = $4::bytea limit 10000) t8) as bytes, array(select (t10.*)::record
from (select t9.id as id from public.thing t9
where t9.ints operator(pg_catalog.=) $5::int4range limit 10000) t10) as ints, array(select (t12.*)::record
from (select t11.id as id from public.thing t11
where t11.price operator(pg_catalog.=) $6::public.money_amount limit 10000) t12) as price, array(select (t14.*)::record
from (select t13.id as id from public.thing t13
where t13.colour operator(pg_catalog.=) any ($7::public.colour[]) limit 10000) t14) as colour, array(select (t16.*)::record
from (select t15.id as id from public.thing t15
where t15.mail operator(pg_catalog.=) $8::public.email limit 10000) t16) as mail, array(select (t18.*)::record
from (select t17.id as id from public.thing t17
where t17.numbers operator(pg_catalog.@>) $9::int4[] limit 10000) t18) as numbers, array(select (t20.*)::record
from (select t19.id as id from public.thing t19
where t19.address = $10::inet limit 10000) t20) as address, array(select (t22.*)::record
from (select t21.id as id from public.thing t21
where t21.bits = $11::"bit" limit 10000) t22) as bits) t23
-- $1 = "12345678901234567890.123456789"
-- $2 = "2026-02-03"
-- $3 = "26:03:04"
-- $4 = "\\xDEADBEEF"
-- $5 = "[1,4]"
-- $6 = "(\"9007199254740993\",\"CHF\")"
-- $7 = "{\"deep blue\"}"
-- $8 = "a@b"
-- $9 = "{3}"
-- $10 = "10.0.0.1/8"
-- $11 = "101"
