select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, t1.title as title, t1.words as words from public.article t1 limit 10000) t2) as article) t3
