with i as (select 1 as o, $1::text as v1, $2::text as v2, $3::int8 as v3), w as (insert into public.place as t1 (country, town, people) select i.v1, i.v2, i.v3 from i
order by i.o returning t1.country, t1.town, t1.people) select count(*)::text, to_json((select (y.*)::record
from (select w.country as country, w.town as town, w.people as people from w) y))::text from w
-- $1 = "ch"
-- $2 = "Bern"
-- $3 = "9007199254740993"
