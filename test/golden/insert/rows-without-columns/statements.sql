with i as (select * from json_to_recordset($1::json) as r(o int4)), w as (insert into public.article as t1 select  from i
order by i.o returning t1.title, t1.words, t1.pages) select count(*)::text, to_json(array(select (y.*)::record
from (select w.title as title, w.words as words, w.pages as pages from w) y))::text from w
-- $1 = "[{\"o\":1},{\"o\":2}]"
