create table person (id int primary key, name text not null);
create type mood as enum ('sad', 'fine', 'glad');
create table item (
  id int primary key,
  name text,
  code varchar(10),
  fixed char(4),
  size int,
  weight numeric(10, 2),
  ratio float8,
  active boolean,
  day date,
  at timestamptz,
  ref uuid,
  mood mood,
  tags text[],
  data jsonb,
  span int4range,
  owner_id int references person
);
create table part (id int primary key, item_id int not null references item, name text not null);
insert into person values (1, 'Ann'), (2, 'Ben');
insert into item values
  (1, 'apple', 'A-1', 'ab', 5, 1.50, 0.5, true, '2026-01-01', '2026-01-01 00:00+00', '00000000-0000-0000-0000-000000000001', 'glad', '{red,round}', '{"a": 1, "b": {"c": [1, 2]}}', '[1,5)', 1),
  (2, 'Banana', 'B_2', 'cd', 10, 2.00, 'NaN', false, '2026-02-01', '2026-02-01 12:00+00', '00000000-0000-0000-0000-000000000002', 'sad', '{}', '{"a": "x"}', 'empty', 2),
  (3, 'cherry%', null, null, null, null, null, null, null, null, null, null, null, null, null, null);
insert into part values (1, 1, 'stem'), (2, 1, 'peel'), (3, 2, 'peel');
grant select on all tables in schema public to anon;
