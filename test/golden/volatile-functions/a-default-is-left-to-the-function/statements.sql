select null, to_json(array(select (t2.*)::record
from (select t1.name as name from public.add_author($1::text) t1 limit 10000) t2))::text
-- $1 = "x"
