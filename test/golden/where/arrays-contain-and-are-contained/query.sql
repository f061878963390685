select row_to_json(t13.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.tags operator(pg_catalog.@>) $1::text[] limit 10000) t2) as has, array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.tags operator(pg_catalog.<@) $2::text[]
order by t3.id limit 10000) t4) as within, array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.tags operator(pg_catalog.=) $3::text[] limit 10000) t6) as eq, array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.tags operator(pg_catalog.=) $4::text[] limit 10000) t8) as literal, array(select (t10.*)::record
from (select t9.id as id from public.item t9
where t9.tags operator(pg_catalog.=) $5::text[] limit 10000) t10) as empty, array(select (t12.*)::record
from (select t11.id as id from public.item t11
where (t11.tags operator(pg_catalog.=) $6::text[] or t11.tags operator(pg_catalog.=) $7::text[])
order by t11.id limit 10000) t12) as "in") t13
-- $1 = "{\"red\"}"
-- $2 = "{\"red\",\"round\",\"big\"}"
-- $3 = "{\"red\",\"round\"}"
-- $4 = "{red,round}"
-- $5 = "{}"
-- $6 = "{\"red\",\"round\"}"
-- $7 = "{}"
