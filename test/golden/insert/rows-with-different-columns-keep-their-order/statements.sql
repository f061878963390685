with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text)), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"B\"},{\"o\":2,\"v1\":\"D\"}]"

with i as (select 1 as o, $1::text as v1, $2::date as v2), w as (insert into public.author as t1 (name, born) select i.v1, i.v2 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "C"
-- $2 = "2000-01-01"

with i as (select 1 as o, $1::text as v1, $2::date as v2, $3::text[] as v3), w as (insert into public.author as t1 (name, born, tags) select i.v1, i.v2, i.v3 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s4', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "E"
-- $2 = null
-- $3 = "{\"x\",\"y\"}"

select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(m.v
order by m.o)::text, '[]'), true)
from (select e.v, ($1::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($2::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($3::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s4')::pg_catalog.json)
with ordinality e(v, n)) m
-- $1 = "{0,2}"
-- $2 = "{1}"
-- $3 = "{3}"

select null, to_json(array(select (t2.*)::record
from (select t1.id as id, t1.name as name, t1.born as born, t1.tags as tags from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.author t1
where t1.id = t1_keys.k1
order by t1_keys.o) t2))::text
