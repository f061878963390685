with i as (select 1 as o, $1::text as v1, $2::int4 as v2, $3::int4 as v3), w as (insert into public.article as t1 (title, author_id, words) select i.v1, i.v2, i.v3 from i
order by i.o returning t1.id) select count(*)::text, null, pg_catalog.set_config('goforward.s1', coalesce(json_agg(row_to_json(w.*))::text, '[]'), true) from w
-- $1 = "New"
-- $2 = "1"
-- $3 = "250"

select null, to_json(array(select (t14.*)::record
from (select t1.pages as pages, (t13.*)::record as author from rows from (json_to_recordset(pg_catalog.current_setting('goforward.s1')::pg_catalog.json) as (id int4))
with ordinality t1_keys(k1, o), public.article t1
left join lateral (select t2.name as name, public.shout(t2.*) as shout, array(select (t4.*)::record
from (select t3.title as title from public.article t3
where t3.author_id = t2.id
order by t3.id limit 10000) t4) as articles, (select (t10.*)::record
from (select (select (t9.*)::record
from (select t7.a1 as count, (select (t8.*)::record
from (select t7.a2 as words) t8) as sum
from (select count(*) as a1, pg_catalog.sum(t6.words) as a2
from (select t5.words from public.article t5
where t5.author_id = t2.id) t6) t7) t9) as aggregate) t10) as articles_aggregate, array(select (t12.*)::record
from (select t11.title as title from public.longer_than(t2.*, $1::int4) t11 limit 10000) t12) as longer_than from public.author t2
where t2.id = t1.author_id) t13 on true
where t1.id = t1_keys.k1
order by t1_keys.o) t14))::text
-- $1 = "300"
