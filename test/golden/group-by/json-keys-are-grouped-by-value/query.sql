select row_to_json(t6.*)::text
from (select array(select (t5.*)::record
from (select (select (t3.*)::record
from (select (t2.k1 operator(pg_catalog.#>) $1::text[]) as a, t2.k1 as meta) t3) as keys, (select (t4.*)::record
from (select t2.a1 as count) t4) as aggregate
from (select t1.meta as k1, count(*) as a1, count(*) as o1, pg_catalog.min(t1.points) as o2 from public.score t1 group by t1.meta
order by count(*), pg_catalog.min(t1.points) limit 10000) t2
order by t2.o1, t2.o2) t5) as score_group_by) t6
-- $1 = "{\"a\"}"
