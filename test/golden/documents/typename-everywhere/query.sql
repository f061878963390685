select row_to_json(t16.*)::text
from (select 'query_root'::text as __typename, array(select (t15.*)::record
from (select 'artist'::text as __typename, array(select (t7.*)::record
from (select 'album'::text as __typename, t4.title as title, (t6.*)::record as artist
from (select t3.id, t3.title, t3.artist_id from public.album t3
where t3.artist_id = t2.id
order by t3.id limit 10000) t4
left join lateral (select 'artist'::text as __typename from public.artist t5
where t5.id = t4.artist_id) t6 on true
order by t4.id) t7) as albums, (with t9 as (select t8.title from public.album t8
where t8.artist_id = t2.id) select (t14.*)::record
from (select 'album_aggregate'::text as __typename, (select (t12.*)::record
from (select 'album_aggregate_fields'::text as __typename, t10.a1 as count, (select (t11.*)::record
from (select 'album_max_fields'::text as __typename, t10.a2 as title) t11) as max
from (select count(*) as a1, pg_catalog.max(t9.title) as a2 from t9) t10) t12) as aggregate, array(select (t13.*)::record
from (select 'album'::text as __typename from t9 limit 10000) t13) as nodes) t14) as albums_aggregate
from (select t1.id from public.artist t1
order by t1.id limit 10000) t2
order by t2.id) t15) as artist) t16
