select row_to_json(t14.*)::text
from (select array(select (t13.*)::record
from (select t2.name as name, (with t4 as (select t12.*, pg_catalog.row_number() over () as "%n"
from (select t3.id, t3.artist_id, t3.title, t3.rating from public.album t3
where t3.artist_id = t2.id
order by t3.rating desc nulls last, t3.id desc limit 2) t12) (select (t11.*)::record
from (select (select count(*) from public.album t5
where t5.artist_id = t2.id) as "totalCount", array(select (t9.*)::record
from (select 'album_edge'::text as __typename, (select (t8.*)::record
from (select 'album'::text as __typename, t4.title as title, (t7.*)::record as artist) t8) as node from t4
left join lateral (select t6.name as name from public.artist t6
where t6.id = t4.artist_id) t7 on true
where t4."%n" <= 1
order by t4."%n") t9) as edges, (select (t10.*)::record
from (select exists(select 1 from t4
where t4."%n" > 1) as "hasNextPage") t10) as "pageInfo") t11)) as albums_connection
from (select t1.id, t1.name from public.artist t1
order by t1.id limit 10000) t2
order by t2.id) t13) as artist) t14
