create table artist (id int primary key, name text not null, label_id int);
create table album (
  id int primary key,
  artist_id int not null references artist,
  title text not null,
  rating int,
  released date
);
create table placement (room int, shelf text, note text, primary key (room, shelf));
create table sighting (at timestamptz, note text);
create table clash (id int primary key, node_id text);
insert into artist values (1, 'Ada', 1), (2, 'Bo', null), (3, 'Cy', 2);
insert into album values
  (1, 1, 'One', 5, '2020-01-01'), (2, 1, 'Two', null, '2021-01-01'), (3, 2, 'Three', 3, null),
  (4, 2, 'Four', 5, '2020-06-01'), (5, 1, 'Five', null, null);
insert into placement values (1, 'a', 'x'), (1, 'b''"', 'y'), (2, 'a', 'z');
insert into clash values (1, 'own');
grant select on all tables in schema public to anon;
