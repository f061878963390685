select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.truth as truth, t1.fixed as fixed, t1.bytes as bytes, t1.mail as mail from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
