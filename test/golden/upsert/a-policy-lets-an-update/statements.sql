with i as (select 1 as o, $1::int4 as v1, $2::text as v2), w as (insert into public.guarded as t1 (id, note) select i.v1, i.v2 from i
order by i.o on conflict on constraint guarded_pkey do update set note = excluded.note returning t1.id, t1.note) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.note as note from w) y))::text from w
-- $1 = "1"
-- $2 = "new"
