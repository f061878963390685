select null, to_json((select (t2.*)::record
from (select t1.name as name from public.no_author() t1
where not (t1.* is null)) t2))::text
