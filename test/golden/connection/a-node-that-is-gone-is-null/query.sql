select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('album'::text, (t1.id)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as node_id from public.album t1
where t1.id = $1::int4) t2) as node) t3
-- $1 = "99"
