select row_to_json(t1.*)::text
from (select ) t1
