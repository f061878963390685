with w as (delete from public.place t1
where (t1.country = $1::text and t1.town = $2::text) returning t1.people) select count(*)::text, to_json((select (y.*)::record
from (select w.people as people from w) y))::text from w
-- $1 = "ch"
-- $2 = "Bern"
