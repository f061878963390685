with w as (update public.hidden t1 set note = $1::text returning 1) select count(*)::text, null from w
-- $1 = "bad"
