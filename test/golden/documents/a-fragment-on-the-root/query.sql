select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.artist t1
order by t1.id limit 10000) t2) as artist, 'query_root'::text as __typename) t3
