with w as (update public.reading t1 set note = $1::text, words = $2::int4
where t1.id <= $3::int4 returning t1.id, t1.note, t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.note as note, w.words as words from w) y))::text from w
-- $1 = "x"
-- $2 = null
-- $3 = "2"
