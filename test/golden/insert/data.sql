insert into author (name, born) values ('Ada', '1815-12-10');
insert into article (title, author_id, words) values ('Notes', 1, 950);
insert into counted values (1, 'one');
