select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.name as name, public.shout(t1.*) as shout from public.shop t1
order by public.shout(t1.*) limit 10000) t2) as shop) t3
