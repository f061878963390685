truncate writer, book, shelf, ledger restart identity;
insert into writer (name) values ('Anna'), ('Boris');
insert into book (title, number, pages, writer_id) values ('Air', '111', 90, 1), ('Bees', '222', 800, 1), ('Clay', null, 300, 2);
insert into shelf values ('a', 1, 'full');
