with i as (select 1 as o, $1::text as v1, $2::date as v2, $3::text[] as v3, $4::jsonb as v4), w as (insert into public.author as t1 (name, born, tags, data) select i.v1, i.v2, i.v3, i.v4 from i
order by i.o returning t1.born, t1.tags, t1.data) select count(*)::text, to_json((select (y.*)::record
from (select w.born as born, w.tags as tags, w.data as data from w) y))::text from w
-- $1 = "Bob"
-- $2 = null
-- $3 = null
-- $4 = null
