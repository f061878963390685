with w as (update public.place t1 set town = $1::text
where t1.town = $2::text returning t1.country, t1.town, t1.people) select count(*)::text, to_json(array(select (y.*)::record
from (select w.country as country, w.town as town, w.people as people from w) y))::text from w
-- $1 = "Berne"
-- $2 = "Bern"
