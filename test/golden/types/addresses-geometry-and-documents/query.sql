select row_to_json(t3.*)::text
from (select array(select (t2.*)::record
from (select t1.address as address, t1.network as network, t1.mac as mac, t1.bits as bits, t1.place as place, t1.search as search, t1.markup as markup from public.thing t1
order by t1.id limit 10000) t2) as thing) t3
