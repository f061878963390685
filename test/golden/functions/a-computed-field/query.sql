select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select public.loud(t1.*) as loud, public.words(t1.*) as words from public.product t1
order by t1.id limit 10000) t2) as product) t3
