with w as (update public.reading t1 set words = $1::int4
where t1.words = $2::int4 returning t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.words as words from w) y))::text from w
-- $1 = "7"
-- $2 = "100"
