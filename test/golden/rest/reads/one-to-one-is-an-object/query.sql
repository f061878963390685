select coalesce(pg_catalog.json_agg((t5.*)::record)::text, '[]') as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t2.name as name, (t4.*)::record as locker
from (select t1.id, t1.name from public.pupil t1
order by t1.id limit 10000) t2
left join lateral (select t3.pupil_id as pupil_id from public.locker t3
where t3.pupil_id = t2.id) t4 on true
order by t2.id) t5
