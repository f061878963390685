select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select (t1.body operator(pg_catalog.#>) $1::text[]) as title, (t1.body operator(pg_catalog.#>) $2::text[]) as bare, (t1.body operator(pg_catalog.#>) $3::text[]) as item, (t1.body operator(pg_catalog.#>) $4::text[]) as quoted, (t1.body operator(pg_catalog.#>) $5::text[]) as double, (t1.raw operator(pg_catalog.#>) $6::text[]) as raw, (t1.body operator(pg_catalog.#>) $7::text[]) as missing, t1.body as whole, t1.raw as empty from public.doc t1
where t1.id = $8::int4) t2) as doc_by_pk) t3
-- $1 = "{\"title\"}"
-- $2 = "{\"title\"}"
-- $3 = "{\"tags\",\"1\"}"
-- $4 = "{\"deep\",\"x y\",\"n\"}"
-- $5 = "{\"deep\",\"x y\"}"
-- $6 = "{\"a\",\"1\"}"
-- $7 = "{\"none\",\"here\"}"
-- $8 = "1"
