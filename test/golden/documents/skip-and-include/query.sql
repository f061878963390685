select row_to_json(t7.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.name as name from public.artist t1
order by t1.id limit 10000) t2) as artist, array(select (t4.*)::record
from (select t3.id as id from public.album t3
order by t3.id limit 10000) t4) as album, (select (t6.*)::record
from (select t5.id as id from public.artist t5
where t5.id = $1::int4) t6) as artist_by_pk) t7
-- $1 = "1"
