select row_to_json(t5.*)::text
from (select array(select (t2.*)::record
from (select  from public.artist t1
order by t1.id limit 10000) t2) as artist, (select (t4.*)::record
from (select  from public.artist t3
where t3.id = $1::int4) t4) as artist_by_pk) t5
-- $1 = "1"
