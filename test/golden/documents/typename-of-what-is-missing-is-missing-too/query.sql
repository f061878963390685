select row_to_json(t13.*)::text
from (select array(select (t5.*)::record
from (select (t4.*)::record as artist
from (select t1.id, t1.artist_id from public.album t1
order by t1.id limit 10000) t2
left join lateral (select 'artist'::text as __typename from public.artist t3
where t3.id = t2.artist_id) t4 on true
order by t2.id) t5) as album, (select (t7.*)::record
from (select 'artist'::text as __typename from public.artist t6
where t6.id = $1::int4) t7) as artist_by_pk, array(select (t12.*)::record
from (select 'artist'::text as __typename, array(select (t11.*)::record
from (select 'album'::text as __typename from public.album t10
where t10.artist_id = t9.id limit 10000) t11) as albums
from (select t8.id from public.artist t8
where t8.id = $2::int4 limit 10000) t9) t12) as "none") t13
-- $1 = "99"
-- $2 = "99"
