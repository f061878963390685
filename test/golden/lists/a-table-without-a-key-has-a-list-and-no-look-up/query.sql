select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.page as page, t1.seconds as seconds from public.visit t1 limit 10000) t2) as visit) t3
