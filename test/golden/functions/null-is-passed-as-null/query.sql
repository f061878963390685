select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.given($1::text) t1 limit 10000) t2) as given) t3
-- $1 = null
