select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.numbers as numbers, t1.grid as grid, t1.colours as colours, t1.prices as prices, t1.mails as mails from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
