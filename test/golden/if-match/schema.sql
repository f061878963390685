create table note (id int primary key, body text, version int not null, at timestamptz, tags text[], meta json, data jsonb);
create table part (a int, if_match int, body text, primary key (a, if_match));
create table guarded (id int primary key, owner text not null, version int not null);
alter table guarded enable row level security;
create policy seen on guarded for select using (true);
create policy own on guarded for update using (owner = 'anon');
create function bump() returns trigger language plpgsql as 'begin new.version := old.version + 1; return new; end';
create trigger bump before update on note for each row execute function bump();
grant select, insert, update, delete on all tables in schema public to anon;
