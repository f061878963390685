insert into author (name) values ('Ada'), ('Bob');
insert into article (title, author_id, words) values ('Notes', 1, 950), ('Letters', 1, 50), ('Songs', 2, 10);
insert into tag values (1, 3);
insert into place values ('ch', 'Bern', 130000), ('ch', 'Chur', 38000);
