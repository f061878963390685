select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.day as day, t1.clock as clock, t1.zoned as zoned, t1.plain as plain, t1.moment as moment, t1.span as span from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
