with i as (select 1 as o, $1::text as v1, $2::int4 as v2), w as (insert into public.short_article as t1 (title, words) select i.v1, i.v2 from i
order by i.o returning t1.title, t1.words) select count(*)::text, to_json((select (y.*)::record
from (select w.title as title, w.words as words from w) y))::text from w
-- $1 = "Haiku"
-- $2 = "3"
