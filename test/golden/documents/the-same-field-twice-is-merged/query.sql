select row_to_json(t5.*)::text
from (select (select (t4.*)::record
from (select t1.name as name, t1.id as id, array(select (t3.*)::record
from (select t2.id as id, t2.title as title from public.album t2
where t2.artist_id = t1.id
order by t2.id limit 10000) t3) as albums from public.artist t1
where t1.id = $1::int4) t4) as artist_by_pk) t5
-- $1 = "1"
