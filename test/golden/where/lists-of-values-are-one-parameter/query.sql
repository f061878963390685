select row_to_json(t11.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.id = any ($1::int4[])
order by t1.id limit 10000) t2) as "in", array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.id <> all ($2::int4[]) limit 10000) t4) as nin, array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.id = any ($3::int4[]) limit 10000) t6) as "none", array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.id <> all ($4::int4[])
order by t7.id limit 10000) t8) as "all", array(select (t10.*)::record
from (select t9.id as id from public.item t9
where t9.name = any ($5::text[]) limit 10000) t10) as single) t11
-- $1 = "{1,3,99}"
-- $2 = "{1,2}"
-- $3 = "{}"
-- $4 = "{}"
-- $5 = "{\"apple\"}"
