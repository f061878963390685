with w as (update public.reading t1 set note = $1::text
where t1.id = $2::int4 returning t1.id, t1.note) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.note as note from w) y))::text from w
-- $1 = "x"
-- $2 = "99"
