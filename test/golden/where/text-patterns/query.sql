select row_to_json(t25.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id from public.item t1
where t1.name ~~ $1::text limit 10000) t2) as "like", array(select (t4.*)::record
from (select t3.id as id from public.item t3
where t3.name !~~ $2::text
order by t3.id limit 10000) t4) as nlike, array(select (t6.*)::record
from (select t5.id as id from public.item t5
where t5.name ~~* $3::text limit 10000) t6) as "ilike", array(select (t8.*)::record
from (select t7.id as id from public.item t7
where t7.name !~~* $4::text
order by t7.id limit 10000) t8) as nilike, array(select (t10.*)::record
from (select t9.id as id from public.item t9
where t9.name ~~ $5::text limit 10000) t10) as escaped, array(select (t12.*)::record
from (select t11.id as id from public.item t11
where t11.name operator(pg_catalog.~) pg_catalog.similar_to_escape($6::text::pg_catalog.text) limit 10000) t12) as "similar", array(select (t14.*)::record
from (select t13.id as id from public.item t13
where t13.name operator(pg_catalog.!~) pg_catalog.similar_to_escape($7::text::pg_catalog.text)
order by t13.id limit 10000) t14) as nsimilar, array(select (t16.*)::record
from (select t15.id as id from public.item t15
where t15.name ~ $8::text limit 10000) t16) as regex, array(select (t18.*)::record
from (select t17.id as id from public.item t17
where t17.name !~ $9::text
order by t17.id limit 10000) t18) as nregex, array(select (t20.*)::record
from (select t19.id as id from public.item t19
where t19.name ~* $10::text limit 10000) t20) as iregex, array(select (t22.*)::record
from (select t21.id as id from public.item t21
where t21.name !~* $11::text
order by t21.id limit 10000) t22) as niregex, array(select (t24.*)::record
from (select t23.id as id from public.item t23
where t23.code operator(pg_catalog.~~) $12::"varchar" limit 10000) t24) as "varchar") t25
-- $1 = "%an%"
-- $2 = "%an%"
-- $3 = "B%"
-- $4 = "b%"
-- $5 = "%\\%"
-- $6 = "(apple|pear)"
-- $7 = "(apple|pear)"
-- $8 = "^[a-z]+$"
-- $9 = "^[a-z]+$"
-- $10 = "^B"
-- $11 = "^b"
-- $12 = "B\\_%"
