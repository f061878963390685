select row_to_json(t5.*)::text
from (select (select (t2.*)::record
from (select t1.name as name from public.artist t1
where t1.id = $1::int4) t2) as artist_by_pk, array(select (t4.*)::record
from (select t3.id as id from public.album t3
order by t3.id limit 1) t4) as album) t5
-- $1 = "2"
