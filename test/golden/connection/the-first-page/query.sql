select row_to_json(t11.*)::text
from (select (with t2 as (select t10.*, pg_catalog.row_number() over () as "%n"
from (select t1.id, t1.artist_id, t1.title from public.album t1
order by t1.id limit 3) t10) (select (t9.*)::record
from (select array(select (t6.*)::record
from (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as cursor, (select (t5.*)::record
from (select t2.id as id, t2.title as title, (t4.*)::record as artist) t5) as node from t2
left join lateral (select t3.name as name from public.artist t3
where t3.id = t2.artist_id) t4 on true
where t2."%n" <= 2
order by t2."%n") t6) as edges, (select (t7.*)::record
from (select exists(select 1 from t2
where t2."%n" > 2) as "hasNextPage", false as "hasPreviousPage", (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') from t2
where t2."%n" <= 2
order by t2."%n" limit 1) as "startCursor", (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') from t2
where t2."%n" <= 2
order by t2."%n" desc limit 1) as "endCursor") t7) as "pageInfo", (select count(*) from public.album t8) as "totalCount") t9)) as album_connection) t11
