with w as (update public.reading t1 set data = t1.data || $1::jsonb
where t1.id = any ($2::int4[]) returning t1.data) select count(*)::text, to_json(array(select (y.*)::record
from (select w.data as data from w) y))::text from w
-- $1 = "{\"d\":1}"
-- $2 = "{1,2}"
