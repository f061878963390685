create type colour as enum ('red', 'deep blue');
create type money_amount as (units bigint, currency text);
create type range_of_float as range (subtype = float8);
create domain email as text check (value like '%@%');
create domain positive as int check (value > 0);
create table thing (
  id int primary key,
  small smallint, big bigint, exact numeric, real_number real, double_number double precision, cash money,
  truth boolean, fixed char(5), bytes bytea,
  day date, clock time, zoned timetz, plain timestamp, moment timestamptz, span interval,
  address inet, network cidr, mac macaddr, bits bit(3), place point, search tsvector, markup xml,
  ints int4range, moments tstzmultirange, own range_of_float,
  colour colour, price money_amount, mail email, positive positive,
  numbers int[], grid int[][], colours colour[], prices money_amount[], mails email[]
);
insert into thing values (
  1,
  -32768, 9223372036854775807, 12345678901234567890.123456789000, 1.1, 0.1, '$1,234.50',
  true, 'ab', '\xdeadbeef',
  '2026-02-03', '04:05:06.789', '04:05:06+02', '2026-02-03 04:05:06.123456', '2026-02-03 04:05:06+02', '1 day 02:03:04',
  '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', b'101', '(1,2)', to_tsvector('simple', 'b a'), '<a/>',
  '[1,5)', '{[2026-01-01 00:00+00,2026-01-02 00:00+00)}', '[0.5,1.5]',
  'deep blue', row(9007199254740993, 'CHF'), 'a@b', 7,
  '{1,NULL,3}', '{{1,2},{3,4}}', '{red,"deep blue"}', array[row(1, 'a,b')::money_amount, row(null, '"')::money_amount], '{a@b}'
), (
  2,
  0, -9223372036854775808, 'NaN', 'Infinity', '-Infinity', '-$0.01',
  false, '', '',
  'infinity', '00:00', '00:00+00', '-infinity', '0044-03-15 00:00:00+00 BC', '-1 mon',
  '::1', '::/0', null, b'000', null, '', null,
  'empty', '{}', null,
  null, row(null, null), null, null,
  '{}', '[0:1]={7,8}', '{}', '{}', null
);
insert into thing (id) values (3);
create table anything (id int primary key, any_bigint bigint not null);
insert into anything values (1, 9007199254740993), (2, 9007199254740992);
grant select on all tables in schema public to anon;
