select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.k as k from public.t1 t1
where t1.y = $1::text limit 10000) t2) as t1, array(select (t4.*)::record
from (select t3.id as id from public.t2 t3
where t3."row" = any ($2::text[]) limit 10000) t4) as t2) t5
-- $1 = "$1"
-- $2 = "{\"$1\",\"\\\"\",\"a,b\",\"{}\",\"\\\\\",\"NULL\",\"\",\"r\"}"
