select row_to_json(t11.*)::text
from (select array(select (t2.*)::record
from (select (t1.hours)::text as hours, (t1.cost)::text as cost, (t1.costs)::text[] as costs, (t1.ratio)::text as ratio, (t1.data operator(pg_catalog.#>) $1::text[]) as data from public.task t1
order by t1.id limit 10000) t2) as jobs, (select (t10.*)::record
from (select (select (t9.*)::record
from (select t5.a1 as count, (select (t6.*)::record
from (select t5.a2::text as hours, t5.a3::text as cost, t5.a4::text as ratio) t6) as sum, (select (t7.*)::record
from (select t5.a5::text as hours, t5.a6::text as cost) t7) as max, (select (t8.*)::record
from (select t5.a7::text as hours, t5.a8::text as cost) t8) as avg
from (select count(*) as a1, pg_catalog.sum(t4.hours) as a2, pg_catalog.sum(t4.cost) as a3, pg_catalog.sum(t4.ratio) as a4, pg_catalog.max(t4.hours) as a5, pg_catalog.max(t4.cost) as a6, pg_catalog.avg(t4.hours) as a7, pg_catalog.avg(t4.cost) as a8
from (select t3.hours, t3.cost, t3.ratio from public.task t3) t4) t5) t9) as aggregate) t10) as "jobCount") t11
-- $1 = "{\"n\"}"
