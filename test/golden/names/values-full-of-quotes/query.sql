select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select t1.plain as plain from public.hostile t1
where t1.plain = $1::text limit 10000) t2) as hostile, array(select (t4.*)::record
from (select t3.id as id from public.hostile t3
where t3.plain ~~ $2::text limit 10000) t4) as back) t5
-- $1 = "\\ ' \" \n \t   😀 $1 :x"
-- $2 = "%\\\\ ' \" \n%"
