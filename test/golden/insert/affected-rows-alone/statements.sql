with i as (select 1 as o, $1::text as v1), w as (insert into public.author as t1 (name) select i.v1 from i
order by i.o returning 1) select count(*)::text, null from w
-- $1 = "Bob"
