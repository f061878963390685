select row_to_json(t9.*)::text
from (select (with t2 as (select t8.*, pg_catalog.row_number() over () as "%n"
from (select t1.id from public.album t1
where t1.id > $1::int4
order by t1.id limit $2::int8) t8) (select (t7.*)::record
from (select array(select (t3.*)::record
from (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as cursor from t2
where t2."%n" <= 10000
order by t2."%n") t3) as edges, array(select (t4.*)::record
from (select t2.id as id from t2
where t2."%n" <= 10000
order by t2."%n") t4) as nodes, (select (t5.*)::record
from (select exists(select 1 from t2
where t2."%n" > 10000) as "hasNextPage", false as "hasPreviousPage", (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') from t2
where t2."%n" <= 10000
order by t2."%n" limit 1) as "startCursor", (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('-WPC55'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') from t2
where t2."%n" <= 10000
order by t2."%n" desc limit 1) as "endCursor") t5) as "pageInfo", (select count(*) from public.album t6
where t6.id > $3::int4) as "totalCount") t7)) as album_connection) t9
-- $1 = "100"
-- $2 = "10001"
-- $3 = "100"
