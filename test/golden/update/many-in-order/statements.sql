with w as (update public.reading t1 set words = $1::int4
where t1.id = $2::int4 returning t1.id, t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.words as words from w) y))::text from w
-- $1 = "5"
-- $2 = "1"

with w as (update public.reading t1 set words = t1.words + $1::int4
where t1.words = $2::int4 returning t1.id, t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.words as words from w) y))::text from w
-- $1 = "1"
-- $2 = "5"

with w as (update public.reading t1 set words = $1::int4
where t1.id = $2::int4 returning t1.id, t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.words as words from w) y))::text from w
-- $1 = "0"
-- $2 = "99"
