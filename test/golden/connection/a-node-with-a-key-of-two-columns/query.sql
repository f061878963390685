select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(pg_catalog.json_build_array('placement'::text, (t1.room)::text, (t1.shelf)::text)::text, 'UTF8'), 'base64'), pg_catalog.chr(10), '') as node_id, t1.room as room, t1.shelf as shelf, t1.note as note from public.placement t1
where (t1.room = $1::int4 and t1.shelf = $2::text)) t2) as node) t3
-- $1 = "1"
-- $2 = "b'\""
