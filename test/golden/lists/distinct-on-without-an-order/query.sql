select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select distinct on (t1.topic) t1.topic as topic from public.article t1
where t1.topic is not null limit 10000) t2) as article) t3
