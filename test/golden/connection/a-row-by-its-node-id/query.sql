select row_to_json(t5.*)::text
from (select (select (t4.*)::record
from (select 'album'::text as __typename, pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('album'::text, (t1.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as node_id, t1.title as title, (select (t3.*)::record
from (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('artist'::text, (t2.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as node_id, t2.name as name from public.artist t2
where t2.id = t1.artist_id) t3) as artist from public.album t1
where t1.id = $1::int4) t4) as node) t5
-- $1 = "2"
