select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select 'artist'::text as type from public.artist t1
where t1.id = $1::int4) t2) as artist_by_pk) t3
-- $1 = "1"
