insert into author (name) values ('Ada'), ('Bob');
insert into article (title, author_id) values ('Notes', 1);
