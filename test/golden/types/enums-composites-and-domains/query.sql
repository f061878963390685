select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.colour as colour, t1.price as price, t1.mail as mail, t1.positive as positive from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
