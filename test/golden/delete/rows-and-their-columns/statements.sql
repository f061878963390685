with w as (delete from public.place t1
where t1.people < $1::int8 returning t1.country, t1.town, t1.people) select count(*)::text, to_json(array(select (y.*)::record
from (select w.country as country, w.town as town, w.people as people from w) y))::text from w
-- $1 = "50000"
