-- A music store: a catalogue (artist, album, track, genre, media_type, playlist) and its sales (customer, invoice,
-- invoice_line, employee). Every foreign key has an index, every table and column a comment: both show in the API.

create table artist (
  artist_id serial not null,
  name varchar(120),
  constraint artist_pkey primary key (artist_id)
);
comment on table artist is 'A performer or a group.';
comment on column artist.artist_id is 'Number of the artist.';
comment on column artist.name is 'Name as it stands on the cover.';

create table album (
  album_id serial not null,
  title varchar(160) not null,
  artist_id integer not null,
  constraint album_pkey primary key (album_id),
  constraint album_artist_id_fkey foreign key (artist_id) references artist (artist_id)
);
create index album_artist_id_idx on album (artist_id);
comment on table album is 'A release of one artist.';
comment on column album.album_id is 'Number of the album.';
comment on column album.title is 'Title of the album.';
comment on column album.artist_id is 'Who released it.';

create table genre (
  genre_id serial not null,
  name varchar(120),
  constraint genre_pkey primary key (genre_id)
);
comment on table genre is 'A style of music.';
comment on column genre.genre_id is 'Number of the genre.';
comment on column genre.name is 'Name of the genre.';

create table media_type (
  media_type_id serial not null,
  name varchar(120),
  constraint media_type_pkey primary key (media_type_id)
);
comment on table media_type is 'The format in which a track is sold.';
comment on column media_type.media_type_id is 'Number of the format.';
comment on column media_type.name is 'Name of the format.';

create table track (
  track_id serial not null,
  name varchar(200) not null,
  album_id integer,
  media_type_id integer not null,
  genre_id integer,
  composer varchar(220),
  milliseconds integer not null,
  bytes integer,
  unit_price numeric(10, 2) not null,
  constraint track_pkey primary key (track_id),
  constraint track_album_id_fkey foreign key (album_id) references album (album_id),
  constraint track_genre_id_fkey foreign key (genre_id) references genre (genre_id),
  constraint track_media_type_id_fkey foreign key (media_type_id) references media_type (media_type_id)
);
create index track_album_id_idx on track (album_id);
create index track_genre_id_idx on track (genre_id);
create index track_media_type_id_idx on track (media_type_id);
comment on table track is 'One piece of music, sold on its own.';
comment on column track.track_id is 'Number of the track.';
comment on column track.name is 'Title of the track.';
comment on column track.album_id is 'The album it belongs to.';
comment on column track.media_type_id is 'The format it is sold in.';
comment on column track.genre_id is 'Its style.';
comment on column track.composer is 'Who wrote it, where that is known.';
comment on column track.milliseconds is 'Playing time in milliseconds.';
comment on column track.bytes is 'Size of the file in bytes.';
comment on column track.unit_price is 'Price of one copy.';

create table playlist (
  playlist_id serial not null,
  name varchar(120),
  constraint playlist_pkey primary key (playlist_id)
);
comment on table playlist is 'A selection of tracks, made by the store.';
comment on column playlist.playlist_id is 'Number of the playlist.';
comment on column playlist.name is 'Name of the playlist.';

create table playlist_track (
  playlist_id integer not null,
  track_id integer not null,
  constraint playlist_track_pkey primary key (playlist_id, track_id),
  constraint playlist_track_playlist_id_fkey foreign key (playlist_id) references playlist (playlist_id),
  constraint playlist_track_track_id_fkey foreign key (track_id) references track (track_id)
);
create index playlist_track_playlist_id_idx on playlist_track (playlist_id);
create index playlist_track_track_id_idx on playlist_track (track_id);
comment on table playlist_track is 'Which track is on which playlist.';
comment on column playlist_track.playlist_id is 'The playlist.';
comment on column playlist_track.track_id is 'The track on it.';

create table employee (
  employee_id serial not null,
  last_name varchar(20) not null,
  first_name varchar(20) not null,
  title varchar(30),
  reports_to integer,
  birth_date timestamp,
  hire_date timestamp,
  address varchar(70),
  city varchar(40),
  state varchar(40),
  country varchar(40),
  postal_code varchar(10),
  phone varchar(24),
  fax varchar(24),
  email varchar(60),
  constraint employee_pkey primary key (employee_id),
  constraint employee_reports_to_fkey foreign key (reports_to) references employee (employee_id)
);
create index employee_reports_to_idx on employee (reports_to);
comment on table employee is 'Somebody who works in the store.';
comment on column employee.employee_id is 'Number of the employee.';
comment on column employee.last_name is 'Family name.';
comment on column employee.first_name is 'Given name.';
comment on column employee.title is 'Position in the store.';
comment on column employee.reports_to is 'The manager; null for the head of the store.';
comment on column employee.birth_date is 'Day of birth.';
comment on column employee.hire_date is 'First day of work.';
comment on column employee.address is 'Street and number.';
comment on column employee.city is 'Town.';
comment on column employee.state is 'State or region, where the country has them.';
comment on column employee.country is 'Country.';
comment on column employee.postal_code is 'Postal code.';
comment on column employee.phone is 'Telephone number.';
comment on column employee.fax is 'Fax number.';
comment on column employee.email is 'Address for electronic mail.';

create table customer (
  customer_id serial not null,
  first_name varchar(40) not null,
  last_name varchar(20) not null,
  company varchar(80),
  address varchar(70),
  city varchar(40),
  state varchar(40),
  country varchar(40),
  postal_code varchar(10),
  phone varchar(24),
  fax varchar(24),
  email varchar(60) not null,
  support_rep_id integer,
  constraint customer_pkey primary key (customer_id),
  constraint customer_support_rep_id_fkey foreign key (support_rep_id) references employee (employee_id)
);
create index customer_support_rep_id_idx on customer (support_rep_id);
comment on table customer is 'Somebody who buys in the store.';
comment on column customer.customer_id is 'Number of the customer.';
comment on column customer.first_name is 'Given name.';
comment on column customer.last_name is 'Family name.';
comment on column customer.company is 'Company, for business customers.';
comment on column customer.address is 'Street and number.';
comment on column customer.city is 'Town.';
comment on column customer.state is 'State or region, where the country has them.';
comment on column customer.country is 'Country.';
comment on column customer.postal_code is 'Postal code.';
comment on column customer.phone is 'Telephone number.';
comment on column customer.fax is 'Fax number.';
comment on column customer.email is 'Address for electronic mail; a customer who signs in is known by it.';
comment on column customer.support_rep_id is 'The employee who looks after this customer.';

create table invoice (
  invoice_id serial not null,
  customer_id integer not null,
  invoice_date timestamp not null,
  billing_address varchar(70),
  billing_city varchar(40),
  billing_state varchar(40),
  billing_country varchar(40),
  billing_postal_code varchar(10),
  total numeric(10, 2) not null,
  constraint invoice_pkey primary key (invoice_id),
  constraint invoice_customer_id_fkey foreign key (customer_id) references customer (customer_id)
);
create index invoice_customer_id_idx on invoice (customer_id);
comment on table invoice is 'One purchase of a customer.';
comment on column invoice.invoice_id is 'Number of the invoice.';
comment on column invoice.customer_id is 'Who bought.';
comment on column invoice.invoice_date is 'When it was written.';
comment on column invoice.billing_address is 'Street and number on the invoice.';
comment on column invoice.billing_city is 'Town on the invoice.';
comment on column invoice.billing_state is 'State or region on the invoice.';
comment on column invoice.billing_country is 'Country on the invoice.';
comment on column invoice.billing_postal_code is 'Postal code on the invoice.';
comment on column invoice.total is 'Sum of the lines.';

create table invoice_line (
  invoice_line_id serial not null,
  invoice_id integer not null,
  track_id integer not null,
  unit_price numeric(10, 2) not null,
  quantity integer not null,
  constraint invoice_line_pkey primary key (invoice_line_id),
  constraint invoice_line_invoice_id_fkey foreign key (invoice_id) references invoice (invoice_id),
  constraint invoice_line_track_id_fkey foreign key (track_id) references track (track_id)
);
create index invoice_line_invoice_id_idx on invoice_line (invoice_id);
create index invoice_line_track_id_idx on invoice_line (track_id);
comment on table invoice_line is 'One track on an invoice.';
comment on column invoice_line.invoice_line_id is 'Number of the line.';
comment on column invoice_line.invoice_id is 'The invoice it is on.';
comment on column invoice_line.track_id is 'The track that was bought.';
comment on column invoice_line.unit_price is 'Price of one copy on the day of the purchase.';
comment on column invoice_line.quantity is 'How many copies.';
