create table city (id int primary key, name text not null);
create table shop (id int primary key, name text not null, opened date, city_id int references city);
create table sale (id int primary key, shop_id int not null references shop, amount numeric(10, 2));
insert into city values (1, 'Bern'), (2, 'Aarau');
insert into shop values (1, 'x', '2020-01-01', 1), (2, 'y', null, 2), (3, 'z', '2019-01-01', 1), (4, 'w', '2021-01-01', null);
insert into sale values (1, 1, 5.00), (2, 1, 7.00), (3, 2, 20.00), (4, 3, null);
create function shout(shop) returns text language sql stable as $$ select upper($1.name) $$;
grant select on all tables in schema public to anon;
