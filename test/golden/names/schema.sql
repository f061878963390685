create table "t1" (k int primary key, y text, j text, a int, "t1" int, t2 int, t3 int, record text, row_to_json text, id int);
create table "t2" (id int primary key, t1 int references "t1", k int, "row" text);
insert into "t1" values (1, 'why', 'jay', 5, 6, 7, 8, 'rec', 'fn', 1), (2, null, null, null, null, null, null, null, null, null);
insert into "t2" values (1, 1, 9, 'r'), (2, null, null, null);
create table "Mixed" ("Id" int primary key, "userName" text, "select" text, "order" int, "from" text, "user" text, _under text);
insert into "Mixed" values (1, 'Ann', 's', 3, 'f', 'u', '_');
create table "group" ("limit" int primary key, "table" int references "Mixed", "offset" text);
insert into "group" values (1, 1, 'o');
create schema "od d";
create table "od d".inner_table (id int primary key);
create type "we""ird" as enum ('a"b', '\', 'c''d', 'e,f', '{g}', ' ', '');
create table hostile (
  id int primary key,
  "we""ird" text,
  "with space" text,
  "né" text,
  "$1" text,
  kind "we""ird",
  kinds "we""ird"[],
  plain text
);
insert into hostile values (1, 'q', 's', 'u', 'd', 'a"b', array['\', 'c''d', 'e,f', '{g}', ' ', '']::"we""ird"[], E'\\ '' " \n \t \u2028 \U0001F600 $1 :x');
create table wide_name (
  id int primary key,
  name_that_is_as_long_as_a_name_of_postgresql_may_be_63_bytes_ab int
);
insert into wide_name values (1, 2);
create function y(t1) returns text language sql stable as $$ select 'function of ' || $1.k $$;
create function computed("Mixed") returns text language sql stable as $$ select $1."userName" || '!' $$;
grant select on all tables in schema public to anon;
