select row_to_json(t10.*)::text
from (select array(select (t5.*)::record
from (select t2."Id" as "Id", t2."userName" as "userName", t2."select" as "select", t2."order" as "order", t2."from" as "from", t2."user" as "user", t2._under as _under, public.computed(t2."%row") as computed, array(select (t4.*)::record
from (select t3."limit" as "limit", t3."offset" as "offset" from public."group" t3
where t3."table" = t2."Id" limit 10000) t4) as groups
from (select t1."Id", t1."userName", t1."select", t1."order", t1."from", t1."user", t1._under, (t1.*)::public."Mixed" as "%row" from public."Mixed" t1
where (t1."select" = $1::text and t1."from" ~~ $2::text)
order by t1."order" limit 10000) t2
order by t2."order") t5) as "Mixed", (select (t9.*)::record
from (select t6."limit" as "limit", t6."table" as "table", (select (t8.*)::record
from (select t7."select" as "select", public.computed(t7.*) as computed from public."Mixed" t7
where t7."Id" = t6."table") t8) as table_by_table from public."group" t6
where t6."limit" = $3::int4) t9) as group_by_pk) t10
-- $1 = "s"
-- $2 = "f"
-- $3 = "1"
