select row_to_json(t15.*)::text
from (select array(select (t5.*)::record
from (select t2.stars as stars, (t4.*)::record as draft
from (select t1.id, t1.draft_id, t1.stars from public.review t1
order by t1.id limit 10000) t2
left join lateral (select t3.id as id from public.draft t3
where t3.id = t2.draft_id) t4 on true
order by t2.id) t5) as review, (select (t14.*)::record
from (select array(select (t8.*)::record
from (select t7.id as id from public.draft t7
where t7.author_id = t6.id limit 10000) t8) as drafts, (select (t13.*)::record
from (select (select (t12.*)::record
from (select t11.a1 as count
from (select count(*) as a1
from (select  from public.draft t9
where t9.author_id = t6.id) t10) t11) t12) as aggregate) t13) as drafts_aggregate from public.author t6
where t6.id = $1::int4) t14) as author_by_pk) t15
-- $1 = "1"
