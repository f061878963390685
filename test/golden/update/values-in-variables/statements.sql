with w as (update public.reading t1 set note = $1::text, exact = $2::"numeric"
where t1.id = $3::int4 returning t1.note, t1.exact) select count(*)::text, to_json(array(select (y.*)::record
from (select w.note as note, w.exact as exact from w) y))::text from w
-- $1 = null
-- $2 = "NaN"
-- $3 = "1"
