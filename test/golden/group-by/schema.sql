create table team (id int primary key, name text not null);
create table score (
  id int primary key,
  team_id int not null references team,
  kind text,
  points int,
  big bigint,
  price numeric(10, 2),
  ratio float8,
  paid money,
  meta jsonb
);
create table entry_group_by (id int primary key);
create table entry (id int primary key);
insert into team values (1, 'red'), (2, 'blue'), (3, 'empty');
insert into score values
  (1, 1, 'home', 10, 9007199254740993, 1.10, 0.5, '$1.25', '{"a": 1}'),
  (2, 1, 'away', 20, 9007199254740993, 2.20, 1.5, '$2.25', '{"a": 1}'),
  (3, 2, 'home', 20, 1, 3.30, 2.5, null, '{"a": 2}'),
  (4, 2, null, null, null, null, null, null, null),
  (5, 1, 'home', 30, 5, 4.40, 3.5, '$1.00', null);
grant select on all tables in schema public to anon;
