with w as (insert into public.shelf as t2 (note, place, room)
with z as materialized (select pg_catalog.set_config('goforward.replaced', '0', true)) select t3.note, t3.place, t3.room from pg_catalog.json_to_recordset($1::json) as t3(note text, place int4, room text), z
where (t3.room = $2 and t3.place = $3) on conflict (room, place) do update set note = excluded.note, place = excluded.place, room = excluded.room
where pg_catalog.set_config('goforward.replaced', (coalesce(nullif(pg_catalog.current_setting('goforward.replaced', true), ''), '0')::int8 + 1)::text, true) <> '' returning t2.room, t2.place, t2.note) select coalesce(pg_catalog.json_agg((t1.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, null::text as location, coalesce(nullif(pg_catalog.current_setting('goforward.replaced', true), ''), '0')::int8 as replaced, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select w.room as room, w.place as place, w.note as note from w w) t1
-- $1 = "[{\"room\": \"a\", \"place\": 1, \"note\": \"put\"}]"
-- $2 = "a"
-- $3 = "1"
