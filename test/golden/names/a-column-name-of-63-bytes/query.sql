select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.name_that_is_as_long_as_a_name_of_postgresql_may_be_63_bytes_ab as name_that_is_as_long_as_a_name_of_postgresql_may_be_63_bytes_ab from public.wide_name t1
where t1.name_that_is_as_long_as_a_name_of_postgresql_may_be_63_bytes_ab = $1::int4 limit 10000) t2) as wide_name) t3
-- $1 = "2"
