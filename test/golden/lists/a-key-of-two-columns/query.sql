select row_to_json(t3.*)::text
from (select (select (t2.*)::record
from (select t1.taken as taken from public.seat t1
where (t1.hall = $1::text and t1.number = $2::int4)) t2) as seat_by_pk) t3
-- $1 = "B"
-- $2 = "1"
