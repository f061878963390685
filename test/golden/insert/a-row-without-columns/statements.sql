with i as (select 1 as o), w as (insert into public.article as t1 select  from i
order by i.o returning t1.title, t1.words, t1.pages) select count(*)::text, to_json(array(select (y.*)::record
from (select w.title as title, w.words as words, w.pages as pages from w) y))::text from w
