select row_to_json(t9.*)::text
from (select (select (t2.*)::record
from (select t1."Id" as "ID", t1."Id" as id, t1."Id" as "Id" from public."Mixed" t1
where t1."Id" = $1::int4) t2) as "MIXED", (select (t8.*)::record
from (select (select (t7.*)::record
from (select (select (t6.*)::record
from (select t5.a1 as "userName") t6) as max
from (select pg_catalog.max(t4."userName") as a1
from (select t3."userName" from public."Mixed" t3) t4) t5) t7) as aggregate) t8) as "Mixed_aggregate") t9
-- $1 = "1"
