select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select distinct on (t1.topic, t1.words) t1.topic as topic, t1.words as words from public.article t1
order by t1.words, t1.topic limit 3) t2) as article) t3
