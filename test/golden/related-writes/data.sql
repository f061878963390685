insert into label values (1, 'North', 10), (2, 'South', 20);
insert into artist overriding system value values (1, 'Ada', 1), (2, 'Bo', null);
insert into album overriding system value values (1, 1, 'One', 2001), (2, 1, 'Two', 2002), (3, 2, 'Three', 2003), (4, null, 'Lost', 2004);
insert into passport values (1, 1, 'A1'), (2, null, 'X2');
insert into room values (1, 1), (1, 2), (2, 1);
insert into chair values (1, 1, 1), (2, 1, null), (3, 2, 1);
insert into diary values (1, 1, 'open'), (2, 1, 'secret');
insert into award (album_id, name) values (3, 'gold');
alter table artist alter id restart with 100; alter table album alter id restart with 100;
