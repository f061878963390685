with w as (update public.reading t1 set small = t1.small + $1::int2, big = t1.big + $2::int8, exact = t1.exact + $3::"numeric", double_number = t1.double_number + $4::float8, cash = t1.cash + $5::money, words = t1.words + $6::int4 returning t1.id, t1.small, t1.big, t1.exact, t1.double_number, t1.cash, t1.words) select count(*)::text, to_json(array(select (y.*)::record
from (select w.id as id, w.small as small, w.big as big, w.exact as exact, w.double_number as double_number, w.cash as cash, w.words as words from w) y))::text from w
-- $1 = "1"
-- $2 = "9007199254740993"
-- $3 = "0.25"
-- $4 = "0.5"
-- $5 = "1.50"
-- $6 = "-1"
