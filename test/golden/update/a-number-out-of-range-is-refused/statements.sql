with w as (update public.reading t1 set small = t1.small + $1::int2
where t1.id = $2::int4 returning 1) select count(*)::text, null from w
-- $1 = "32767"
-- $2 = "1"
