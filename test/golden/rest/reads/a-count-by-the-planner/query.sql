select null::text as body, pg_catalog.count(*) as rows, null::int8 as total, nullif(pg_catalog.current_setting('response.headers', true), ''), nullif(pg_catalog.current_setting('response.status', true), '')
from (select t1.id as id, t1.title as title, t1.level as level, t1.tags as tags, t1.period as period, t1.about as about, t1.teacher_id as teacher_id, t1.substitute_id as substitute_id from public.course t1 limit 10000) t2

explain (format json) select 1 from public.course t1
