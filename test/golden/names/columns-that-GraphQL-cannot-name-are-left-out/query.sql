select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.plain as plain, t1.plain as kind from public.hostile t1 limit 10000) t2) as hostile) t3
