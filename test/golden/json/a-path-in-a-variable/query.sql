select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select (t1.body operator(pg_catalog.#>) $1::text[]) as body from public.doc t1
where t1.id = $2::int4) t2) as doc_by_pk) t3
-- $1 = "{\"tags\",\"0\"}"
-- $2 = "1"
