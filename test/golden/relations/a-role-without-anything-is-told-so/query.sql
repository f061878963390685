select row_to_json(t1.*)::text
from (select ''::text as no_queries_available) t1
