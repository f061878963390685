select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select t1.body as body, t1.raw as raw from public.doc t1
where t1.id = $1::int4) t2) as doc_by_pk) t3
-- $1 = "2"
