select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.tagged($1::text[], $2::jsonb) t1
order by t1.id limit 10000) t2) as tagged) t3
-- $1 = "{\"Pen\",\"a,\\\"b\"}"
-- $2 = "{\"id\":3}"
