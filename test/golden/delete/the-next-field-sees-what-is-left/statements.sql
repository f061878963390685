with w as (delete from public.article t1
where t1.author_id = $1::int4 returning 1) select count(*)::text, null from w
-- $1 = "1"

with w as (update public.author t1 set name = $1::text
where not (exists (select from public.article t2
where t2.author_id = t1.id and true)) returning t1.id, t1.name) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.name as name from w) y))::text from w
-- $1 = "nobody"
