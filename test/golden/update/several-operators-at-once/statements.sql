with w as (update public.reading t1 set note = $1::text, words = t1.words + $2::int4, data = t1.data || $3::jsonb
where t1.id = $4::int4 returning t1.note, t1.words, t1.data) select count(*)::text, to_json(array(select (y.*)::record
from (select w.note as note, w.words as words, w.data as data from w) y))::text from w
-- $1 = "n"
-- $2 = "1"
-- $3 = "{\"z\":null}"
-- $4 = "1"
