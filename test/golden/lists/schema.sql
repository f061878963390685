create table article (
  id int primary key,
  title text not null,
  topic text,
  words int,
  written_at timestamptz not null
);
insert into article values
  (1, 'Roots', 'trees', 900, '2026-01-05 10:00+01'),
  (2, 'Leaves', 'trees', 300, '2026-01-06 00:00+00'),
  (3, 'Rivers', 'water', 700, '2026-02-01 00:00+00'),
  (4, 'Lakes', 'water', null, '2026-02-02 00:00+00'),
  (5, 'Untitled', null, 100, '2026-02-03 00:00+00');
create table seat (hall text, number int, taken boolean not null default false, primary key (hall, number));
insert into seat values ('A', 1, true), ('A', 2, false), ('B', 1, false);
create table visit (page text, seconds numeric);
insert into visit values ('/', 1.50), ('/', 1.50);
create table secret (id int primary key, word text);
create table note (id int primary key, owner text not null, body text not null);
alter table note enable row level security;
create policy public_notes on note for select to anon using (owner = 'everybody');
insert into note values (1, 'everybody', 'hello'), (2, 'ann', 'private');
grant select on article, seat, visit, note to anon;
grant select (id) on secret to authenticated;
insert into secret values (1, 'hidden');
