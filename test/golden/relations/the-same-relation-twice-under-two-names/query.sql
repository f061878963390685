select row_to_json(t10.*)::text
from (select (select (t9.*)::record
from (select array(select (t3.*)::record
from (select t2.id as id from public.draft t2
where t2.author_id = t1.id
order by t2.id limit 10000) t3) as old, array(select (t8.*)::record
from (select t5.id as id, (t7.*)::record as author
from (select t4.id, t4.author_id from public.draft t4
where t4.author_id = t1.id limit 10000) t5
left join lateral (select t6.name as old, t6.name as name from public.author t6
where t6.id = t5.author_id) t7 on true) t8) as drafts from public.author t1
where t1.id = $1::int4) t9) as author_by_pk) t10
-- $1 = "1"
