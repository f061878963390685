with w as (update public.reading t1 set exact = $1::"numeric", note = $2::text
where t1.id = $3::int4 returning t1.note, t1.exact) select count(*)::text, to_json(array(select (y.*)::record
from (select w.note as note, w.exact as exact from w) y))::text from w
-- $1 = "NaN"
-- $2 = null
-- $3 = "1"
