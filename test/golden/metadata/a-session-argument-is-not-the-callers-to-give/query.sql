select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.id as id, public.seen(t1.*, coalesce(nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.json -> 'https://hasura.io/jwt/claims', '{}'::pg_catalog.json)) as seen from public.tasks_of($1::text, coalesce(nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::pg_catalog.json -> 'https://hasura.io/jwt/claims', '{}'::pg_catalog.json)) t1 limit 10000) t2) as work_of) t3
-- $1 = "ann"
