with w as (delete from public.part t1
where (t1.a = $1::int4 and t1.if_match = $2::int4) returning t1.body) select count(*)::text, to_json((select (y.*)::record
from (select w.body as body from w) y))::text from w
-- $1 = "1"
-- $2 = "2"
