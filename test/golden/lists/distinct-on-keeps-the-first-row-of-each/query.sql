select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select distinct on (t1.topic) t1.topic as topic, t1.words as words, t1.title as title from public.article t1
order by t1.topic, t1.words desc nulls last limit 10000) t2) as article) t3
