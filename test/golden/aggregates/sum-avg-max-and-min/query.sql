select row_to_json(t10.*)::text
from (select (select (t9.*)::record
from (select (select (t8.*)::record
from (select (select (t4.*)::record
from (select t3.a1 as points, t3.a2 as big, t3.a3 as price, t3.a4 as ratio, t3.a5 as paid) t4) as sum, (select (t5.*)::record
from (select t3.a6 as points, t3.a7 as big, t3.a8 as price, t3.a9 as ratio) t5) as avg, (select (t6.*)::record
from (select t3.a10 as points, t3.a11 as big, t3.a12 as price, t3.a13 as ratio, t3.a14 as at, t3.a15 as name, t3.a16 as rank, t3.a17 as ref, t3.a18 as tags, t3.a19 as paid) t6) as max, (select (t7.*)::record
from (select t3.a20 as points, t3.a21 as big, t3.a22 as price, t3.a23 as ratio, t3.a24 as at, t3.a25 as name, t3.a26 as rank, t3.a27 as ref, t3.a28 as tags, t3.a29 as paid) t7) as min
from (select pg_catalog.sum(t2.points) as a1, pg_catalog.sum(t2.big) as a2, pg_catalog.sum(t2.price) as a3, pg_catalog.sum(t2.ratio) as a4, pg_catalog.sum(t2.paid) as a5, pg_catalog.avg(t2.points) as a6, pg_catalog.avg(t2.big) as a7, pg_catalog.avg(t2.price) as a8, pg_catalog.avg(t2.ratio) as a9, pg_catalog.max(t2.points) as a10, pg_catalog.max(t2.big) as a11, pg_catalog.max(t2.price) as a12, pg_catalog.max(t2.ratio) as a13, pg_catalog.max(t2.at) as a14, pg_catalog.max(t2.name) as a15, pg_catalog.max(t2.rank) as a16, (pg_catalog.array_agg(t2.ref
order by t2.ref desc) filter (where t2.ref is not null))[1] as a17, pg_catalog.max(t2.tags) as a18, pg_catalog.max(t2.paid) as a19, pg_catalog.min(t2.points) as a20, pg_catalog.min(t2.big) as a21, pg_catalog.min(t2.price) as a22, pg_catalog.min(t2.ratio) as a23, pg_catalog.min(t2.at) as a24, pg_catalog.min(t2.name) as a25, pg_catalog.min(t2.rank) as a26, (pg_catalog.array_agg(t2.ref
order by t2.ref asc) filter (where t2.ref is not null))[1] as a27, pg_catalog.min(t2.tags) as a28, pg_catalog.min(t2.paid) as a29
from (select t1.points, t1.big, t1.price, t1.ratio, t1.paid, t1.at, t1.name, t1.rank, t1.ref, t1.tags from public.score t1
where t1.id < $1::int4) t2) t3) t8) as aggregate) t9) as score_aggregate) t10
-- $1 = "3"
