with i as (select * from json_to_recordset($1::json) as r(o int4, v1 text, v2 date)), w as (insert into public.author as t1 (name, born) select i.v1, i.v2 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s2', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "[{\"o\":1,\"v1\":\"B\",\"v2\":\"2000-01-01\"},{\"o\":2,\"v1\":\"D\",\"v2\":\"2000-01-02\"}]"

with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s3', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "C"

select null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(m.v
order by m.o)::text, '[]'), true)
from (select e.v, ($1::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s2')::pg_catalog.json)
with ordinality e(v, n) union all select e.v, ($2::int4[])[e.n] as o from json_array_elements(pg_catalog.current_setting('goforward.s3')::pg_catalog.json)
with ordinality e(v, n)) m
-- $1 = "{0,2}"
-- $2 = "{1}"

select null, to_json(array(select (t4.*)::record
from (select t1.name as name, array(select (t3.*)::record
from (select t2.title as title from public.article t2
where t2.author_id = t1.id limit 10000) t3) as articles from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.author t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
