with w as (update public.place t1 set people = t1.people + $1::int8
where (t1.country = $2::text and t1.town = $3::text) returning t1.people) select count(*)::text, to_json((select (y.*)::record
from (select w.people as people from w) y))::text from w
-- $1 = "1"
-- $2 = "ch"
-- $3 = "Bern"
