with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "Bob"

select null, to_json((select (t4.*)::record
from (select array(select (t3.*)::record
from (select t2.title as title from public.article t2
where t2.author_id = t1.id limit 10000) t3) as articles from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.author t1
where t1.id = t1_keys.k1
order by t1_keys.o) t4))::text
