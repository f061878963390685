select null, to_json(array(select (t2.*)::record
from (select t1.name as name from public.add_author($1::text, $2::int4) t1
where t1.name <> $3::text
order by t1.name desc limit 2) t2))::text
-- $1 = "x"
-- $2 = "4"
-- $3 = "x2"
