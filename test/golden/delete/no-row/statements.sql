with w as (delete from public.place t1
where t1.town = $1::text returning t1.town) select count(*)::text, to_json(array(select (y.*)::record
from (select w.town as town from w) y))::text from w
-- $1 = "Rome"
