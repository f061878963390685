select row_to_json(t1.*)::text
from (select 'query_root'::text as kind) t1
