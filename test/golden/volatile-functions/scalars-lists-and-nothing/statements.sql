select null, to_json((coalesce(public.touch()::text, '') is not null))::text

select null, to_json((select coalesce(json_agg(t1.v), '[]') from public.names() t1(v)))::text

select null, to_json(public.count_up($1::int4))::text
-- $1 = "5"

select null, to_json(public.nothing())::text

select null, to_json(array(select (t2.*)::record
from (select t1.name as name from public.add_author($1::text) t1 limit 10000) t2))::text
-- $1 = "N"

select null, to_json((select coalesce(json_agg(t1.v), '[]') from public.names() t1(v)))::text
