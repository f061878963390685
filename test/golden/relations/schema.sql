create table author (id int primary key, name text not null, born int);
create table editor (id int primary key, name text, born int);
create table book (
  id int primary key,
  title text not null,
  author_id int not null references author,
  editor_id int references editor,
  year int
);
create table team (id int primary key, name text not null);
create table match (id int primary key, home_id int not null references team, away_id int not null references team);
create table chapter (book_id int not null references book, number int, title text not null, primary key (book_id, number));
create table page (book_id int, chapter int, number int, text text, primary key (book_id, chapter, number),
  foreign key (book_id, chapter) references chapter);
create table portrait (author_id int primary key references author, url text not null);
create table genre (id int primary key, name text not null, parent_id int references genre);
create table book_genre (book_id int references book, genre_id int references genre, primary key (book_id, genre_id));
create table draft (id int primary key, author_id int not null references author, secret boolean not null);
alter table draft enable row level security;
create policy open_drafts on draft for select to anon using (not secret);
create table review (id int primary key, draft_id int not null references draft, stars int not null);
insert into author values (1, 'Ada', 1815), (2, 'Bo', null), (3, 'Cy', 1990);
insert into team values (1, 'Reds'), (2, 'Blues');
insert into match values (1, 1, 2), (2, 2, 1), (3, 1, 2);
insert into editor values (1, 'Ed', 1815), (2, null, null);
insert into book values (1, 'First', 1, 2, 2001), (2, 'Second', 1, null, 2002), (3, 'Third', 2, 1, 2002);
insert into chapter values (1, 1, 'One'), (1, 2, 'Two'), (2, 1, 'Alone');
insert into page values (1, 1, 1, 'a'), (1, 1, 2, 'b'), (1, 2, 3, 'c');
insert into portrait values (1, 'ada.png');
insert into genre values (1, 'All', null), (2, 'Prose', 1), (3, 'Novel', 2);
insert into book_genre values (1, 2), (1, 3), (3, 3);
insert into draft values (1, 1, false), (2, 1, true);
insert into review values (1, 1, 5), (2, 2, 1);
grant select on all tables in schema public to anon;
revoke select on genre from anon;
grant select (id, name, parent_id) on genre to anon;
