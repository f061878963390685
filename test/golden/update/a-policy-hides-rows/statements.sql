with w as (update public.hidden t1 set note = $1::text returning t1.id, t1.note) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.note as note from w) y))::text from w
-- $1 = "new"
