with w as (delete from public.article t1
where t1.id = $1::int4 returning t1.title) select count(*)::text, to_json((select (y.*)::record
from (select w.title as title from w) y))::text from w
-- $1 = "3"
