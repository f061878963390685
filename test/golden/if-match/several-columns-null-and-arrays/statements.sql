with w as (update public.note t1 set body = $1::text
where t1.id = $2::int4 and (t1.body is null and t1.at is null and t1.version = $3::int4) returning t1.id, t1.body) select count(*)::text, to_json((select (y.*)::record
from (select w.id as id, w.body as body from w) y))::text, pg_catalog.set_config('goforward.s1', count(*)::text, true) from w
-- $1 = "x"
-- $2 = "2"
-- $3 = "1"

select null, null, (case when pg_catalog.current_setting('goforward.s1') <> '0' or not exists(select 1 from public.note t1
where t1.id = $1::int4) or exists(select 1 from public.note t2
where t2.id = $2::int4 and (t2.body is null and t2.at is null and t2.version = $3::int4)) then '0' else 'goforward refuses row-changed: ' || (0) end)::int4
-- $1 = "2"
-- $2 = "2"
-- $3 = "1"

with w as (update public.note t1 set data = t1.data || $1::jsonb
where t1.id = $2::int4 and (t1.at = $3::timestamptz and t1.tags operator(pg_catalog.=) $4::text[] and t1.data = $5::jsonb) returning t1.data, t1.version) select count(*)::text, to_json((select (y.*)::record
from (select w.data as data, w.version as version from w) y))::text, pg_catalog.set_config('goforward.s2', count(*)::text, true) from w
-- $1 = "{\"z\":2}"
-- $2 = "1"
-- $3 = "2026-01-01T10:00:00.123456+00:00"
-- $4 = "{\"a\",\"b\"}"
-- $5 = "{\"y\":1}"

select null, null, (case when pg_catalog.current_setting('goforward.s2') <> '0' or not exists(select 1 from public.note t1
where t1.id = $1::int4) or exists(select 1 from public.note t2
where t2.id = $2::int4 and (t2.at = $3::timestamptz and t2.tags operator(pg_catalog.=) $4::text[] and t2.data = $5::jsonb)) then '0' else 'goforward refuses row-changed: ' || (0) end)::int4
-- $1 = "1"
-- $2 = "1"
-- $3 = "2026-01-01T10:00:00.123456+00:00"
-- $4 = "{\"a\",\"b\"}"
-- $5 = "{\"y\":1}"
