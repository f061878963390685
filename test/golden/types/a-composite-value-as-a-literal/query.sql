select row_to_json(t7.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.thing t1
where t1.price operator(pg_catalog.=) $1::public.money_amount limit 10000) t2) as object, array(select (t4.*)::record
from (select t3.id as id from public.thing t3
where t3.price operator(pg_catalog.=) $2::public.money_amount limit 10000) t4) as text, array(select (t6.*)::record
from (select t5.id as id from public.thing t5
where t5.prices operator(pg_catalog.@>) $3::public.money_amount[] limit 10000) t6) as "array") t7
-- $1 = "(\"9007199254740993\",\"CHF\")"
-- $2 = "(9007199254740993,CHF)"
-- $3 = "{\"(\\\"1\\\",\\\"a,b\\\")\"}"
