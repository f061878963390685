select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select public.doc_summary(t1.*) as doc_summary, (public.doc_summary(t1.*) operator(pg_catalog.#>) $1::text[]) as doc_summary_list from public.doc t1
order by t1.id limit 10000) t2) as doc) t3
-- $1 = "{\"list\",\"1\"}"
