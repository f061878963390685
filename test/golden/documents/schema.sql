create table artist (id int primary key, name text not null);
create table album (id int primary key, title text not null, artist_id int references artist);
insert into artist values (1, 'Ann'), (2, 'Ben');
insert into album values (1, 'First', 1), (2, 'Second', 1), (3, 'Lost', null);
grant select on all tables in schema public to anon;
