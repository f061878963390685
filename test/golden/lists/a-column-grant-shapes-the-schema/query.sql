select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.secret t1 limit 10000) t2) as secret, (select (t4.*)::record
from (select t3.id as id from public.secret t3
where t3.id = $1::int4) t4) as secret_by_pk) t5
-- $1 = "1"
