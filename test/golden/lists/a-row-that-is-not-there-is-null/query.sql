select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select t1.title as title from public.article t1
where t1.id = $1::int4) t2) as article_by_pk) t3
-- $1 = "99"
