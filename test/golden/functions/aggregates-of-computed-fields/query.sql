select row_to_json(t9.*)::text
from (select (select (t8.*)::record
from (select (select (t7.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as loud) t4) as max, (select (t5.*)::record
from (select t3.a2 as loud) t5) as min, (select (t6.*)::record
from (select t3.a3 as priced) t6) as sum
from (select pg_catalog.max(public.loud(t2."%row")) as a1, pg_catalog.min(public.loud(t2."%row")) as a2, pg_catalog.sum(public.priced(t2."%row", $1::"numeric")) as a3
from (select (t1.*)::public.product as "%row" from public.product t1) t2) t3) t7) as aggregate) t8) as product_aggregate) t9
-- $1 = "10"
