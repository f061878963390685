with w as (update public.chair t1 set room = $1::int4
where t1.id = $2::int4 returning t1.id, t1.house, t1.room) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.house as house, w.room as room from w) y))::text from w
-- $1 = null
-- $2 = "1"
