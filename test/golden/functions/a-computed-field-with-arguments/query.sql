select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select public.priced(t1.*) as twice, public.priced(t1.*, $1::"numeric") as thrice from public.product t1
order by t1.id limit 2) t2) as product) t3
-- $1 = "3"
