select row_to_json(t3.*)::text
from (select public.add($1::int4) as add, public.add($2::int4, $3::int4) as more, public.big_number() as big_number, (select coalesce(json_agg(t1.v), '[]') from public.names() t1(v)) as names, (select coalesce(json_agg(t2.v), '[]') from public.pairs() t2(v)) as pairs, (coalesce(public.nothing_at_all()::text, '') is not null) as nothing_at_all, public.page_size() as page_size) t3
-- $1 = "5"
-- $2 = "1"
-- $3 = "2"
