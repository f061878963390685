-- Who may see what. Grants say which tables and verbs a role has at all, policies say which rows.
--   anon           reads the catalogue
--   authenticated  reads the catalogue, and of the sales only what belongs to the customer with the caller's e-mail address
--   service_role   everything

grant usage on schema public to anon, authenticated, service_role;

grant select on artist, album, track, genre, media_type, playlist, playlist_track to anon, authenticated;
grant select on customer, invoice, invoice_line to authenticated;
grant all on artist, album, track, genre, media_type, playlist, playlist_track, employee, customer, invoice, invoice_line
  to service_role;
grant usage, select on all sequences in schema public to service_role;

alter table artist enable row level security;
alter table album enable row level security;
alter table track enable row level security;
alter table genre enable row level security;
alter table media_type enable row level security;
alter table playlist enable row level security;
alter table playlist_track enable row level security;
alter table employee enable row level security;
alter table customer enable row level security;
alter table invoice enable row level security;
alter table invoice_line enable row level security;

-- the catalogue is open
create policy artist_read on artist for select to anon, authenticated using (true);
create policy album_read on album for select to anon, authenticated using (true);
create policy track_read on track for select to anon, authenticated using (true);
create policy genre_read on genre for select to anon, authenticated using (true);
create policy media_type_read on media_type for select to anon, authenticated using (true);
create policy playlist_read on playlist for select to anon, authenticated using (true);
create policy playlist_track_read on playlist_track for select to anon, authenticated using (true);

-- the sales are private; `(select …)` lets PostgreSQL ask once per statement instead of once per row
create policy customer_self on customer for select to authenticated
  using (email = (select auth.email()));

-- the policy of customer applies inside this one: what a caller sees of customer decides what they see of invoice
create policy invoice_own on invoice for select to authenticated
  using (customer_id in (select customer.customer_id from customer));

create policy invoice_line_own on invoice_line for select to authenticated
  using (invoice_id in (select invoice.invoice_id from invoice));
