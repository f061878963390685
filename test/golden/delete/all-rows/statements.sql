with w as (delete from public.place t1 returning 1) select count(*)::text, null from w
