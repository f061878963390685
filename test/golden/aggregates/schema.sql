create type rank as enum ('low', 'high');
create table team (id int primary key, name text not null);
create table score (
  id int primary key,
  team_id int not null references team,
  points int,
  big bigint,
  price numeric(10, 2),
  ratio float8,
  paid money,
  at timestamptz,
  name text,
  rank rank,
  ref uuid,
  tags text[],
  active boolean
);
insert into team values (1, 'red'), (2, 'blue'), (3, 'empty');
insert into score values
  (1, 1, 10, 9007199254740993, 1.10, 0.5, '$1.25', '2026-01-01 00:00+00', 'b', 'high', '00000000-0000-0000-0000-000000000001', '{b}', true),
  (2, 1, 20, 9007199254740993, 2.20, 1.5, '$2.25', '2026-02-01 00:00+00', 'a', 'low', '00000000-0000-0000-0000-000000000002', '{a}', false),
  (3, 2, 20, 1, 3.30, 'NaN', null, null, 'c', null, null, null, true),
  (4, 2, null, null, null, null, null, null, null, null, null, null, null);
grant select on all tables in schema public to anon;
